"""One diagram file while it is read: where its elements stand, and how the texts in it are understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.feel import Expression, FeelSyntaxError
from engine.markup import line
from engine.model.definition import Setting
from engine.model.expressions import compiled
from engine.model.findings import Findings, Place
from engine.model.namespaces import BPMN, bpmn, local

_VARIABLE = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """An expression and the place it is written at.

    is_copy: it hands a variable on under its own name and reads nothing of it.
    """

    place: Place
    expression: Expression
    is_copy: bool = False


@dataclass(kw_only=True)
class Source:
    """A diagram being read: its root, the root elements others refer to, and what was found so far."""

    file: str
    root: etree._Element
    findings: Findings
    roots: dict[str, etree._Element] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)

    def __post_init__(self) -> None:
        for element in children(self.root):
            if id_ := element.get("id"):
                self.roots.setdefault(id_, element)

    def place(self, element: etree._Element) -> Place:
        """Where `element` stands; the id is its own or that of the nearest element around it that has one."""
        at = line(element)
        owner: etree._Element | None = element
        while owner is not None:
            at = at or line(owner)
            if owner.get("id") and str(owner.tag).startswith(f"{{{BPMN}}}"):
                return Place(file=self.file, line=at, element=owner.get("id"))
            owner = owner.getparent()
        return Place(file=self.file, line=at)

    def report(self, rule: str, element: etree._Element, zh: str, en: str) -> None:
        """Note that `rule` is broken at `element`."""
        self.findings.add(rule, self.place(element), zh, en)

    def referred(self, element: etree._Element, attribute: str, kind: str) -> etree._Element | None:
        """The root element of `kind` that `element` refers to by `attribute`, or None (with a finding)."""
        reference = element.get(attribute)
        return None if reference is None else self.resolve(element, reference, kind)

    def resolve(self, element: etree._Element, reference: str, kind: str) -> etree._Element | None:
        """The root element of `kind` with the id `reference`; kinds are local names ending in `kind`."""
        found = self.roots.get(bare(reference))
        if found is not None and local(found).endswith(kind):
            return found
        self.report(
            "ref.dangling",
            element,
            f"引用的 {kind}“{reference}”不存在",
            f"the {kind} {reference!r} referred to does not exist",
        )
        return None

    def setting(self, text: str | None, element: etree._Element) -> Setting | None:
        """What a designer wrote in an attribute of `element`: plain text, or FEEL after `=`; None if empty."""
        if text is None or not text.strip():
            return None
        written = text.strip()
        if not written.startswith("="):
            if "${" in written:
                self.report(
                    "camunda.expression",
                    element,
                    f"此处不支持表达式“{_short(written)}”，请改用 FEEL",
                    f"the expression {_short(written)!r} is not supported here; use FEEL",
                )
            return Setting(text=written)
        expression = self.expression(text, element)
        return None if expression is None else Setting(expression=expression)

    def expression(self, text: str | None, element: etree._Element) -> Expression | None:
        """`text` as FEEL, with or without a leading `=`; None (with a finding) if it is missing or wrong."""
        written = (text or "").strip().removeprefix("=")
        place = self.place(element)
        if not written.strip():
            self.findings.add("expression.missing", place, "表达式为空", "the expression is empty")
            return None
        try:
            expression = compiled(written)
        except FeelSyntaxError as error:
            before = (text or "").partition(written)[0].count("\n") if text == element.text else 0
            self.findings.add(
                "expression.syntax",
                Place(
                    file=place.file,
                    line=place.line + before + (error.position.line - 1 if text == element.text else 0),
                    element=place.element,
                ),
                f"表达式“{_short(written)}”第 {error.position.offset + 1} 个字符处：{error.message_zh}",
                f"expression {_short(written)!r}, character {error.position.offset + 1}: {error.message_en}",
            )
            return None
        self.uses.append(Use(place=place, expression=expression))
        return expression

    def written(self, element: etree._Element | None) -> Expression | None:
        """A BPMN expression element such as conditionExpression as FEEL; None if there is none or it is wrong."""
        if element is None:
            return None
        language = element.get("language")
        if language is not None and not is_feel(language):
            self.report(
                "expression.language",
                element,
                f"不支持表达式语言“{language}”",
                f"the expression language {language!r} is not supported",
            )
            return None
        return self.expression(element.text, element)

    def variable(self, text: str | None, element: etree._Element) -> tuple[str, ...] | None:
        """A dotted variable name as a path; None (with a finding) if it is not one."""
        path = tuple((text or "").strip().split("."))
        if all(_VARIABLE.fullmatch(part) for part in path):
            return path
        self.report(
            "variable.name",
            element,
            f"“{_short(text or '')}”不是变量名",
            f"{_short(text or '')!r} is not a variable name",
        )
        return None


def is_feel(language: str) -> bool:
    """Whether an expression or script language attribute names FEEL."""
    return "feel" in language.lower()


def bare(reference: str) -> str:
    """A QName reference without its prefix: ids are unique in a file, so the prefix adds nothing."""
    return reference.strip().rpartition(":")[2]


def children(element: etree._Element) -> Iterator[etree._Element]:
    """The child elements that are BPMN's own."""
    for child in element:
        if str(child.tag).startswith(f"{{{BPMN}}}"):
            yield child


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first BPMN child element called `name`."""
    return next(element.iterchildren(bpmn(name)), None)


def is_true(element: etree._Element, attribute: str, *, default: bool) -> bool:
    """An xsd:boolean attribute."""
    text = element.get(attribute)
    return default if text is None else text.strip() in ("true", "1")


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
