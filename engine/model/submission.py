"""Holding what somebody submitted against the form it was asked with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import InvalidInput, Message
from engine.feel import Environment, FeelBudgetError
from engine.model.definition import Form
from engine.model.expressions import compiled
from engine.model.field_values import MAX_ITEMS, Component, FieldError, clean, is_empty
from engine.model.forms import CHOICES, COMPUTED, INPUTS, component_path, inner

Path = tuple[str, ...]


class FormErrors(InvalidInput):
    """The submission breaks the form's rules; `fields` maps each field to what is wrong with it."""

    default_code = "form"

    def __init__(self, fields: Mapping[str, Sequence[Message]]) -> None:
        super().__init__(
            message_zh=f"表单有 {len(fields)} 处不正确",
            message_en=f"{len(fields)} field(s) of the form are not right",
            fields=fields,
        )


def validate(
    form: Form,
    data: Mapping[str, Any],
    *,
    environment: Environment,
    variables: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The variables a submission writes: checked, without what the form hides or does not let through.

    Hidden and disabled fields are dropped; a read-only field keeps its value or is refused; fields the form
    computes are computed here, whatever was sent. A key the form does not know is refused. Numbers come back
    as int or Decimal; a field that was not sent is not in the result.

    Args:
        form: the form, as read from the package.
        data: the submitted JSON object.
        environment: clock and functions for the form's expressions.
        variables: what the expressions and lists of options of the form may read besides the submission.

    Raises:
        FormErrors: with every field that is not right.
    """
    known = variables or {}
    checked = _Submission(environment=environment)
    result = checked.part(form.schema, data, known, _merged(known, data), "")
    if checked.errors:
        raise FormErrors(checked.errors)
    return result


@dataclass(frozen=True, slots=True)
class _Field:
    """One field in place: its path from the object it is read in, and whether it is hidden."""

    path: Path
    component: Component
    hidden: bool


@dataclass(kw_only=True)
class _Submission:
    """One check of one submission; collects what is wrong."""

    environment: Environment
    errors: dict[str, list[Message]] = field(default_factory=dict)

    def part(
        self,
        holder: Component,
        data: Mapping[str, Any],
        before: Mapping[str, Any],
        context: Mapping[str, Any],
        where: str,
    ) -> dict[str, Any]:
        """Check the object `data` against the components in `holder`: the form, or a dynamic list."""
        fields = list(self._fields(holder, (), context, hidden=False))
        self._refuse_unknown(data, _tree(fields), where)
        result: dict[str, Any] = {}
        for one in fields:
            if not one.hidden and not one.component.get("disabled"):
                self._field(one, data, before, context, where, result)
        return result

    def _fields(
        self, holder: Component, path: Path, context: Mapping[str, Any], *, hidden: bool
    ) -> Iterator[_Field]:
        for component in inner(holder):
            kind = component.get("type")
            own = (*path, *component_path(component))
            gone = hidden or self._is_hidden(component, context)
            if kind == "group":
                yield from self._fields(component, own, context, hidden=gone)
            elif kind in INPUTS or kind in (COMPUTED, "dynamiclist"):
                yield _Field(own, component, gone)

    def _is_hidden(self, component: Component, context: Mapping[str, Any]) -> bool:
        conditional = component.get("conditional")
        text = conditional.get("hide") if isinstance(conditional, dict) else None
        return isinstance(text, str) and self._evaluate(text, context) is True

    def _field(
        self,
        one: _Field,
        data: Mapping[str, Any],
        before: Mapping[str, Any],
        context: Mapping[str, Any],
        where: str,
        result: dict[str, Any],
    ) -> None:
        name = where + ".".join(one.path)
        kind = one.component.get("type")
        if kind == COMPUTED:
            _put(result, one.path, self._evaluate(str(one.component.get("expression", "")), context))
            return
        given, value = _get(data, one.path)
        if kind == "dynamiclist":
            if given and value is not None:
                _put(result, one.path, self._list(one.component, value, context, name))
            return
        try:
            self._check_readonly(one, value, before, context, given=given)
            if self._required(one, value, context):
                raise FieldError("必须填写", "is required")
            if given:
                options = self._options(one.component, context) if kind in CHOICES else ()
                _put(result, one.path, None if value is None else clean(one.component, value, options))
        except FieldError as error:
            self._refuse(name, error.zh, error.en)

    def _required(self, one: _Field, value: Any, context: Mapping[str, Any]) -> bool:
        rules = one.component.get("validate") or {}
        required = bool(rules.get("required")) and is_empty(one.component, value)
        return required and not self._is_readonly(one.component, context)

    def _is_readonly(self, component: Component, context: Mapping[str, Any]) -> bool:
        readonly = component.get("readonly")
        return self._evaluate(readonly, context) is True if isinstance(readonly, str) else bool(readonly)

    def _check_readonly(
        self, one: _Field, value: Any, before: Mapping[str, Any], context: Mapping[str, Any], *, given: bool
    ) -> None:
        if not given or not self._is_readonly(one.component, context):
            return
        known, current = _get(before, one.path)
        if value not in (current if known else one.component.get("defaultValue"), None, ""):
            raise FieldError("只读，不能更改", "is read-only and cannot be changed")

    def _list(self, component: Component, value: Any, context: Mapping[str, Any], name: str) -> list[Any]:
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            self._refuse(
                name, f"须是至多 {MAX_ITEMS} 项的列表", f"must be a list of at most {MAX_ITEMS} items"
            )
            return []
        items: list[Any] = []
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                self._refuse(f"{name}[{index}]", "须是对象", "must be an object")
                continue
            inside = {**context, **item, "this": item, "parent": context, "i": [index + 1]}
            items.append(self.part(component, item, {}, inside, f"{name}[{index}]."))
        return items

    def _options(self, component: Component, context: Mapping[str, Any]) -> list[Any]:
        offered: Any = component.get("values")
        if isinstance(key := component.get("valuesKey"), str) and key:
            offered = _get(context, tuple(key.split(".")))[1]
        elif isinstance(text := component.get("valuesExpression"), str) and text:
            offered = self._evaluate(text, context)
        found = offered if isinstance(offered, list) else []
        return [item.get("value") if isinstance(item, dict) else item for item in found]

    def _evaluate(self, text: str, context: Mapping[str, Any]) -> Any:
        written = text.strip().removeprefix("=")
        if not written.strip():
            return None
        try:
            return compiled(written).evaluate(context, self.environment)
        except FeelBudgetError as error:
            self._refuse("", f"表单的表达式过于复杂：{error.message_zh}", error.message_en)
            return None

    def _refuse_unknown(self, data: Mapping[str, Any], tree: Mapping[str, Any], where: str) -> None:
        for key, value in data.items():
            known = tree.get(key, _UNKNOWN)
            if known is _UNKNOWN:
                self._refuse(f"{where}{key}"[:200], "表单没有这一项", "the form has no such field")
            elif known is not None and value is not None:
                if isinstance(value, Mapping):
                    self._refuse_unknown(value, known, f"{where}{key}.")
                else:
                    self._refuse(f"{where}{key}", "须是对象", "must be an object")

    def _refuse(self, name: str, zh: str, en: str) -> None:
        message = Message(zh=zh, en=en)
        if message not in self.errors.setdefault(name, []):
            self.errors[name].append(message)


_UNKNOWN = object()


def _tree(fields: Sequence[_Field]) -> dict[str, Any]:
    """The keys a submission may have: nested by path, None where a field's value stands."""
    tree: dict[str, Any] = {}
    for one in fields:
        node = tree
        for part in one.path[:-1]:
            below = node.setdefault(part, {})
            node = below if isinstance(below, dict) else {}
        node[one.path[-1]] = None
    return tree


def _get(data: Any, path: Path) -> tuple[bool, Any]:
    for part in path:
        if not isinstance(data, Mapping) or part not in data:
            return False, None
        data = data[part]
    return True, data


def _put(data: dict[str, Any], path: Path, value: Any) -> None:
    for part in path[:-1]:
        data = data.setdefault(part, {})
    data[path[-1]] = value


def _merged(variables: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` over `variables`, objects merged at every level."""
    merged = dict(variables)
    for key, value in data.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(below, value) if both and isinstance(below, Mapping) else value
    return merged
