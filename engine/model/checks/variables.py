"""Variables: every name an expression reads is written somewhere, and what is compared can be compared.

Only a process that states with `bihuan:variables` what comes from outside is held against this: see
`engine.model.variables`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from engine.feel import Expression, FeelSyntaxError, Type
from engine.feel.static import clash, mismatches
from engine.model.checks.references import decisions_of
from engine.model.definition import Form, Node
from engine.model.draft import Draft
from engine.model.expressions import compiled
from engine.model.findings import Place
from engine.model.forms import component_path, inner
from engine.model.json_text import line_of
from engine.model.source import Use
from engine.model.variables import (
    PROPERTY,
    Known,
    World,
    brings_names,
    declared,
    field_types,
    known_variables,
    names_inside,
)

_ENGINE_NAMES: Final = frozenset({"this", "parent", "i"})
"""What form-js calls the parts of a list its expressions stand in."""


def check_variables(draft: Draft, uses: Iterable[Use], world: World) -> None:
    """Report names that nothing writes and comparisons of kinds that never go together, with the nearest name."""
    for part in declared(draft.properties.get(PROPERTY, "")).wrong:
        draft.report(
            "variable.declaration",
            draft.key,
            f"“{part}”不是变量声明：应写成 名称 或 名称: 类型，不重复",
            f"{part!r} declares no variable: write name or name: type, each once",
        )
    known = known_variables(draft, world)
    if known is None:
        return
    check = _Check(draft, known, world)
    for use in dict.fromkeys(uses):
        check.use(use)
    for node in draft.nodes.values():
        for decision in decisions_of(node):
            check.decision(node, decision)
    for id_ in sorted({node.work.form for node in draft.nodes.values() if node.work and node.work.form}):
        if id_ in world.forms:
            check.form(world.forms[id_])


class _Check:
    """Holds one process against its known variables."""

    def __init__(self, draft: Draft, known: Known, world: World) -> None:
        self._draft = draft
        self._known = known
        self._world = world

    def use(self, use: Use) -> None:
        """An expression of the diagram."""
        node = self._draft.nodes.get(use.place.element or "")
        if node is not None and any(use.expression is one.source.expression for one in node.outputs):
            if brings_names(node, self._world.drafts):
                return
            inside = names_inside(node, self._world)
            self._expression(use.place, use.expression, {**self._known, **dict.fromkeys(inside, _ANY)})
        else:
            self._expression(use.place, use.expression, self._known)

    def form(self, form: Form) -> None:
        """The conditions, options and computed values of a form that a task of the process shows."""
        own = dict(field_types(form))
        keys = {name for part, _ in _written(form.schema) for name in component_path(part)}
        known = {**self._known, **dict.fromkeys(keys | _ENGINE_NAMES, _ANY)}
        known |= {
            path[0]: kind
            for path, kind in own.items()
            if len(path) == 1 and (path[0] not in self._known or self._known[path[0]] == kind)
        }
        text_of_form = self._world.files[form.file].decode("utf-8-sig")
        for part, text in _written(form.schema):
            if not text:
                continue
            element = str(part.get("key") or part.get("id") or part.get("path"))
            try:
                expression = compiled(text.strip().removeprefix("="))
            except FeelSyntaxError:
                # Reported where the form is read.
                continue
            place = Place(file=form.file, line=line_of(text_of_form, element), element=element)
            self._expression(place, expression, known)

    def decision(self, node: Node, id_: str) -> None:
        """What a decision the process takes needs from its variables."""
        model = self._world.decisions.models.get(id_)
        if model is None:
            return
        for name, stated in model.inputs(id_).items():
            kind = model.types.names.resolve(stated)
            if name not in self._known:
                self._unknown(
                    self._place(node),
                    name,
                    self._known,
                    f"决策“{id_}”的输入",
                    f"an input of the decision {id_!r}",
                )
            elif kind is not None and clash(kind, self._known[name]):
                self._draft.report(
                    "expression.types",
                    node.id,
                    f"决策“{id_}”的输入“{name}”应是 {kind}，变量是 {self._known[name]}",
                    f"the input {name!r} of the decision {id_!r} is a {kind}, the variable a {self._known[name]}",
                )
        given = {*self._known, *model.inputs(id_)}
        for place, name in self._world.decisions.free_names(id_):
            if name not in given:
                self._unknown(place, name, given, f"决策“{id_}”读取的名称", f"read by the decision {id_!r}")

    def _expression(self, place: Place, expression: Expression, known: Mapping[str, Type]) -> None:
        for name in sorted(expression.names - expression.item_names):
            if name not in known:
                self._unknown(place, name, known, f"表达式“{_short(expression.text)}”",
                              f"in the expression {_short(expression.text)!r}")  # fmt: skip
        for one in mismatches(expression.tree, known):
            self._draft.findings.add(
                "expression.types",
                place,
                f"表达式“{_short(expression.text)}”第 {one.at + 1} 个字符处：{one.left} 与 {one.right} "
                f"用“{one.operator}”总得空值",
                f"expression {_short(expression.text)!r}, character {one.at + 1}: "
                f"a {one.left} {one.operator} a {one.right} is always null",
            )

    def _unknown(self, place: Place, name: str, known: Collection[str], zh: str, en: str) -> None:
        near = get_close_matches(name, sorted(known), n=1)
        self._draft.findings.add(
            "variable.unknown",
            place,
            f"没有任何地方给变量“{name}”赋值（{zh}）"
            + (f"，是否应为“{near[0]}”？" if near else f"；若来自外部，请写入 {PROPERTY}"),
            f"nothing writes the variable {name!r} ({en})"
            + (f"; is {near[0]!r} meant?" if near else f"; if it comes from outside, name it in {PROPERTY}"),
        )

    def _place(self, node: Node) -> Place:
        return Place(file=self._draft.file, line=node.line, element=node.id)


_ANY: Final = Type("Any")


def _written(holder: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The components of a form with the expressions written on them; one without any comes with an empty text."""
    for part in inner(holder):
        conditional = part.get("conditional")
        texts = (
            conditional.get("hide") if isinstance(conditional, dict) else None,
            part.get("readonly"),
            part.get("valuesExpression"),
            part.get("expression") if part.get("type") == "expression" else None,
        )
        found = [text for text in texts if isinstance(text, str) and text.strip()]
        yield from ((part, text) for text in found or [""])
        yield from _written(part)


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
