"""Reading form-js forms: which variables a form writes, and which of them are protected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.feel import FeelSyntaxError
from engine.model.definition import Form, Masking
from engine.model.expressions import compiled
from engine.model.findings import Findings, Place
from engine.model.json_text import JsonError, line_of, read_object
from engine.model.patterns import PatternError, compile_pattern

MASKS = frozenset(
    {"name", "phone", "id", "address", "email", "account", "plate", "text", "statement", "care"}
)
"""Masking classes: person's name, phone, identity number, address, e-mail, bank account, number plate, free text,
what somebody said in mediation, what help with consent is about."""

INPUTS = frozenset(
    {
        "textfield", "textarea", "number", "checkbox", "checklist", "radio", "select", "taglist",
        "datetime", "filepicker",
    }
)  # fmt: skip
"""Component types that write a variable from what the user enters."""
COMPUTED = "expression"
"""The component type that writes a variable the form computes."""
CHOICES = frozenset({"checklist", "radio", "select", "taglist"})
CONTAINERS = frozenset({"group", "dynamiclist"})
_DISPLAYS = frozenset(
    {
        "text", "html", "image", "button", "spacer", "separator", "iframe", "table", "documentPreview",
    }
)  # fmt: skip
KNOWN = INPUTS | CONTAINERS | _DISPLAYS | {COMPUTED}
_KEY = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_MAX_COMPONENTS = 500
_MASK, _PARTY, _MARK = "bihuan:mask", "bihuan:party", "bihuan:mark"
KNOWN_PROPERTY = "bihuan:known"
KNOWN_WORDS = {"now": ("datetime",), "name": ("textfield",)}
"""What somebody need not type, and into which components it can be filled: the moment, and their name."""
_MARKS = frozenset({"phone", "person", "address"})


def read_form(data: bytes, *, file: str, findings: Findings) -> Form | None:
    """Read one form-js schema; None (with findings) if it is not usable.

    Text areas are free text and protected as such unless their `bihuan:mask` property is `none`.
    """
    try:
        schema = read_object(data)
    except JsonError as error:
        findings.add("form.file", Place(file=file, line=error.line), error.zh, error.en)
        return None
    reader = _Reader(file=file, text=data.decode("utf-8-sig"), findings=findings)
    id_ = schema.get("id")
    if not isinstance(id_, str) or not id_.strip():
        reader.report("form.id", None, "表单没有标识", "the form has no id")
        return None
    reader.components(schema.get("components"), ())
    reader.check_computed()
    reader.check_overlaps()
    return Form(
        id=id_,
        file=file,
        schema=schema,
        fields=tuple(reader.parts),
        masked=dict(reader.masked),
        marked=dict(reader.marked),
    )


def component_path(component: Mapping[str, Any]) -> tuple[str, ...]:
    """The variable path a component adds to those around it; empty if it has none."""
    text = component.get("key") or component.get("path") or ""
    return tuple(text.split(".")) if isinstance(text, str) and text else ()


def label_of(component: Mapping[str, Any]) -> str:
    """What a component is called; empty if nothing. Fields of dates and times carry labels of their own in form-js."""
    named = ("label", "dateLabel", "dateTimeLabel", "timeLabel")
    found = next((component[name] for name in named if component.get(name)), "")
    return found.strip() if isinstance(found, str) else ""


def expressions(component: Mapping[str, Any]) -> Iterator[str]:
    """The expressions of a component of a form without findings, as texts to compile."""
    for text in _written(component).values():
        yield text.strip().removeprefix("=")


def _written(component: Mapping[str, Any]) -> dict[str, str]:
    """By what they decide, the expressions of a component as they are written."""
    conditional = component.get("conditional")
    found = {
        "hide": conditional.get("hide") if isinstance(conditional, dict) else None,
        "readonly": component.get("readonly"),
        "valuesExpression": component.get("valuesExpression"),
        "expression": component.get("expression") if component.get("type") == COMPUTED else None,
    }
    return {name: text for name, text in found.items() if isinstance(text, str) and text.strip()}


def inner(component: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The components inside a component."""
    parts = component.get("components")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            yield part


@dataclass(kw_only=True)
class _Reader:
    """Walks one form's components."""

    file: str
    text: str
    findings: Findings
    parts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    masked: dict[str, Masking] = field(default_factory=dict)
    marked: dict[str, str] = field(default_factory=dict)
    computed: list[tuple[Mapping[str, Any], tuple[str, ...]]] = field(default_factory=list)
    count: int = 0

    def report(self, rule: str, component: Mapping[str, Any] | None, zh: str, en: str) -> None:
        names = [] if component is None else [component.get(key) for key in ("id", "key", "path")]
        element = next((name for name in names if isinstance(name, str) and name), None)
        at = 1 if element is None else line_of(self.text, element)
        self.findings.add(rule, Place(file=self.file, line=at, element=element), zh, en)

    def components(self, parts: Any, path: tuple[str, ...]) -> None:
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            self.report(
                "form.component", None, "components 须是对象的列表", "components must be a list of objects"
            )
            return
        for part in parts:
            self.count += 1
            if self.count == _MAX_COMPONENTS + 1:
                self.report(
                    "form.component",
                    None,
                    f"组件超过 {_MAX_COMPONENTS} 个",
                    f"more than {_MAX_COMPONENTS} components",
                )
            if self.count <= _MAX_COMPONENTS:
                self.component(part, path)

    def component(self, part: Mapping[str, Any], path: tuple[str, ...]) -> None:
        kind = part.get("type")
        if not isinstance(kind, str) or kind not in KNOWN:
            self.report(
                "form.component", part, f"不认识组件类型“{kind}”", f"the component type {kind!r} is unknown"
            )
            return
        self._expressions(part, path)
        if kind in INPUTS or kind == COMPUTED:
            self._input(part, path)
        elif kind in CONTAINERS:
            own = component_path(part)
            if kind == "dynamiclist" and not own:
                self.report("form.key", part, "动态列表没有路径", "the dynamic list has no path")
            elif own and not _KEY.fullmatch(".".join(own)):
                self._bad_key(part, ".".join(own))
            else:
                self.components(part.get("components", []), (*path, *own))

    def check_computed(self) -> None:
        """A computed variable is not protected, so nothing protected may flow into it."""
        for part, path in self.computed:
            for field_ in self.masked:
                if path[: len(parts := tuple(field_.split(".")))] == parts:
                    self.report(
                        "expression.vault",
                        part,
                        f"表达式读取受保护的字段“{field_}”",
                        f"the expression reads the protected field {field_!r}",
                    )

    def check_overlaps(self) -> None:
        """A variable cannot hold a value and be an object with fields of its own."""
        for name, part in self.parts.items():
            steps = name.split(".")
            prefixes = [".".join(steps[:count]) for count in range(1, len(steps))]
            above = next((prefix for prefix in prefixes if prefix in self.parts), None)
            if above is not None:
                self.report(
                    "form.key",
                    part,
                    f"键“{name}”在键“{above}”之内",
                    f"the key {name!r} is inside the key {above!r}",
                )

    def _input(self, part: Mapping[str, Any], path: tuple[str, ...]) -> None:
        key = part.get("key")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            self._bad_key(part, key)
            return
        name = ".".join((*path, key))
        if name in self.parts:
            self.report("form.key", part, f"键“{name}”重复", f"the key {name!r} is repeated")
            return
        self.parts[name] = part
        self._validation(part)
        self._mask(part, name)
        if part.get("type") in CHOICES and not any(
            part.get(source) for source in ("values", "valuesKey", "valuesExpression")
        ):
            self.report("form.component", part, "没有可选项", "there are no options")

    def _bad_key(self, part: Mapping[str, Any], key: object) -> None:
        self.report("form.key", part, f"“{key}”不能作键", f"{key!r} is not a key")

    def _mask(self, part: Mapping[str, Any], name: str) -> None:
        properties = part.get("properties") or {}
        if not isinstance(properties, dict):
            self.report("form.component", part, "properties 须是对象", "properties must be an object")
            return
        for key in properties:
            if str(key).startswith("bihuan:") and key not in (_MASK, _PARTY, _MARK, KNOWN_PROPERTY):
                self.report(
                    "property.unknown",
                    part,
                    f"此处不认识属性“{key}”",
                    f"the property {key!r} is not known here",
                )
        kind = properties.get(_MASK, "text" if part.get("type") == "textarea" else "none")
        party = properties.get(_PARTY)
        if not _is_mask(kind) or (party is not None and not (isinstance(party, str) and party)):
            self.report(
                "form.mask", part, f"不认识脱敏类别“{kind}”", f"the masking class {kind!r} is unknown"
            )
        elif kind != "none":
            self.masked[name] = Masking(kind=kind, party=party)
        elif party is not None:
            self.report(
                "form.mask",
                part,
                "有当事方而没有脱敏类别",
                "a party is named but no masking class",
            )
        self._mark(part, name, properties.get(_MARK))
        self._known(part, properties.get(KNOWN_PROPERTY))

    def _known(self, part: Mapping[str, Any], word: object) -> None:
        if word is None:
            return
        fitting = KNOWN_WORDS.get(word) if isinstance(word, str) else None
        if fitting is None:
            self.report(
                "form.known",
                part,
                f"不认识预填内容“{word}”，可用 {'、'.join(KNOWN_WORDS)}",
                f"what is known by {word!r} is unknown; there are {', '.join(KNOWN_WORDS)}",
            )
        elif part.get("type") not in fitting:
            self.report(
                "form.known",
                part,
                f"“{word}”只能预填在 {'、'.join(fitting)} 字段里",
                f"{word!r} is filled into fields of the type {', '.join(fitting)} only",
            )

    def _mark(self, part: Mapping[str, Any], name: str, mark: object) -> None:
        if mark is None:
            return
        if not isinstance(mark, str) or mark not in _MARKS:
            self.report("form.mark", part, f"不认识查重标记“{mark}”", f"the mark {mark!r} is unknown")
        elif name not in self.masked:
            self.report(
                "form.mark",
                part,
                "查重标记只用于有脱敏类别的字段",
                "only a field with a masking class may be marked",
            )
        else:
            self.marked[name] = mark

    def _expressions(self, part: Mapping[str, Any], path: tuple[str, ...]) -> None:
        written = _written(part)
        for name, text in written.items():
            self._expression(part, name, text, path)
        if part.get("type") == COMPUTED and not written.get("expression"):
            self.report("expression.missing", part, "没有表达式", "there is no expression")

    def _expression(self, part: Mapping[str, Any], name: str, text: str, around: tuple[str, ...]) -> None:
        try:
            expression = compiled(text.strip().removeprefix("="))
            if name == "expression":
                # Inside a group or list, a name may also be one of its own entries.
                for path in sorted(expression.paths):
                    self.computed += [(part, path), (part, (*around, *path))]
        except FeelSyntaxError as error:
            self.report(
                "expression.syntax",
                part,
                f"{name} 第 {error.position.offset + 1} 个字符处：{error.message_zh}",
                f"{name}, character {error.position.offset + 1}: {error.message_en}",
            )

    def _validation(self, part: Mapping[str, Any]) -> None:
        validate = part.get("validate") or {}
        if not isinstance(validate, dict):
            self.report("form.component", part, "validate 须是对象", "validate must be an object")
            return
        for name in ("min", "max", "minLength", "maxLength"):
            if not _is_bound(validate.get(name)):
                self.report("form.component", part, f"{name} 须是数值", f"{name} must be a number")
        pattern = validate.get("pattern")
        if pattern is not None and pattern != "":
            try:
                compile_pattern(pattern)
            except PatternError as error:
                self.report("form.component", part, error.zh, error.en)


def _is_mask(kind: object) -> bool:
    return isinstance(kind, str) and (kind in MASKS or kind == "none")


def _is_bound(value: object) -> bool:
    if value is None or value == "":
        return True
    try:
        return not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False
