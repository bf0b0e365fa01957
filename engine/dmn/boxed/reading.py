"""From the XML of a boxed expression to a closure over scopes, as the expressions inside it are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from engine.dmn.findings import Findings, Place
from engine.dmn.item_definitions import ItemTypes, TypeReader
from engine.dmn.source import FEEL_LANGUAGES, Element, children, local_name, place_of, text_of
from engine.dmn.table_text import TableText
from engine.feel import Expression, FeelSyntaxError, Type, compile_expression, syntax
from engine.feel.compiler import compile_node
from engine.feel.run import Code, Scope
from engine.feel.types import ANY

DEEPEST = 30
EXPRESSIONS = (
    "literalExpression", "decisionTable", "context", "invocation", "relation", "list", "functionDefinition",
    "conditional", "filter", "for", "some", "every",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What holds where a boxed expression stands: the known names, the place, how deep it is nested.

    name: of the element around, for decision tables that name no output.
    """

    names: frozenset[str]
    place: Place
    name: str
    depth: int = 0

    def knowing(self, *names: str) -> Surroundings:
        """The same with more names."""
        return replace(self, names=self.names | set(names))

    def inside(self, element: Element) -> Surroundings:
        """One level deeper, at `element`."""
        return replace(self, place=place_of(element, self.place), depth=self.depth + 1)


Box = Callable[["BoxReader", Element, Surroundings], Code]


class BoxReader:
    """Reads boxed expressions of one model."""

    def __init__(self, *, findings: Findings, types: TypeReader) -> None:
        from engine.dmn.boxed import contexts, control, functions, tables

        self.findings = findings
        self.tables: dict[str, TableText] = {}
        self._types = types
        self._boxes: dict[str, Box] = {
            "literalExpression": literal,
            "decisionTable": tables.decision_table,
            "context": contexts.context,
            "relation": contexts.relation,
            "list": contexts.boxed_list,
            "invocation": functions.invocation,
            "functionDefinition": functions.definition,
            "conditional": control.conditional,
            "filter": control.filtered,
            "for": control.iteration,
            "some": control.quantified,
            "every": control.quantified,
        }

    @property
    def types(self) -> ItemTypes:
        """The types of the model."""
        return self._types.types

    def find(self, element: Element) -> Element | None:
        """The first boxed expression directly below an element."""
        return next(children(element, *EXPRESSIONS), None)

    def below(self, element: Element, around: Surroundings) -> Code:
        """The boxed expression below `element`; null with a finding when there is none."""
        found = self.find(element)
        if found is None:
            self.findings.add(
                "dmn.expression-missing",
                place_of(element, around.place),
                "缺少表达式",
                "an expression is missing",
            )
            return nothing
        return self.read(found, around)

    def read(self, element: Element, around: Surroundings) -> Code:
        """The closure of a boxed expression, fitted to its own type if it names one."""
        inside = around.inside(element)
        if inside.depth > DEEPEST:
            self.findings.add(
                "dmn.too-deep", inside.place,
                f"表达式嵌套超过 {DEEPEST} 层", f"boxed expressions are nested more than {DEEPEST} levels deep",
            )  # fmt: skip
            return nothing
        code = self._boxes[local_name(element)](self, element, inside)
        return (
            code if local_name(element) == "functionDefinition" else self.fitted(code, self.type_of(element))
        )

    def function(self, element: Element, around: Surroundings) -> Code:
        """The closure that gives the function an element (`encapsulatedLogic`) defines."""
        return self._boxes["functionDefinition"](self, element, around.inside(element))

    def fitted(self, code: Code, kind: Type) -> Code:
        """`code` with its value fitted to a type."""
        if kind is ANY:
            return code
        types = self.types
        return lambda scope: types.fit(code(scope), kind, scope)

    def type_of(self, element: Element) -> Type:
        """The type an element's `typeRef` names."""
        return self._types.reference(element.get("typeRef"), element)

    def expression(self, text: str, around: Surroundings) -> Expression | None:
        """A compiled FEEL expression, or None with a finding."""
        try:
            return compile_expression(text, names=around.names, types=self.types.names)
        except FeelSyntaxError as error:
            self.findings.syntax(error, around.place)
            return None

    def expression_code(self, text: str, around: Surroundings) -> Code:
        """The closure of an expression; one that does not parse gives null."""
        found = self.expression(text, around)
        return nothing if found is None else found.value_in

    def compile_node(self, node: syntax.Node) -> Code:
        """The closure of a syntax tree."""
        return compile_node(node, self.types.names)

    def check_language(self, element: Element, around: Surroundings) -> None:
        """Refuse expression languages other than FEEL."""
        language = element.get("expressionLanguage", "").strip()
        if language.lower() not in FEEL_LANGUAGES:
            self.findings.add(
                "dmn.language", around.place,
                f"只支持 FEEL，不支持“{language}”", f"only FEEL is supported, not '{language}'",
            )  # fmt: skip


def nothing(_scope: Scope) -> Any:
    """Null."""
    return None


def literal(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """A literal expression; an empty one is null."""
    reader.check_language(element, around)
    if local_name_of_import(element):
        reader.findings.add(
            "dmn.imported-values",
            around.place,
            "不支持导入的表达式",
            "imported expressions are not supported",
        )
        return nothing
    text = text_of(element)
    return reader.expression_code(text, around) if text.strip() else nothing


def local_name_of_import(element: Element) -> bool:
    """Whether the expression's text is elsewhere (`importedValues`)."""
    return next(children(element, "importedValues"), None) is not None
