"""Item definitions: the types of a model, with their allowed values (DMN 1.5, 7.3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.dmn.findings import Findings, Place
from engine.dmn.source import Element, child, children, place_of, text_of
from engine.feel import FeelSyntaxError, Type, TypeNames, UnaryTests, compile_unary_tests
from engine.feel.conformance import coerce
from engine.feel.run import Scope
from engine.feel.types import ANY, BUILT_IN

_SYNONYMS = {
    "integer": "number", "long": "number", "double": "number", "decimal": "number", "int": "number",
    "float": "number", "dateTime": "date and time", "datetime": "date and time",
    "dayTimeDuration": "days and time duration", "days and time": "days and time duration",
    "yearMonthDuration": "years and months duration", "any": "Any", "<Undefined>": "Any",
}  # fmt: skip
_DEEPEST = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """The allowed values of a type, and those of its parts.

    of: the name of another item definition whose constraints hold too.
    """

    collection: bool = False
    of: str | None = None
    allowed: UnaryTests | None = None
    whole: UnaryTests | None = None
    members: tuple[tuple[str, Constraint], ...] = ()


@dataclass(slots=True)
class ItemTypes:
    """All types of a model by name."""

    names: TypeNames
    constraints: dict[str, Constraint] = field(default_factory=dict)
    components: set[str] = field(default_factory=set)

    def fit(self, value: Any, kind: Type, scope: Scope) -> Any:
        """`value` as one of the type, converted where the specification says so; else null with a reason."""
        if kind is ANY or value is None:
            return value
        run = scope.run
        fitting, fitted = coerce(value, kind, self.names, run)
        if not fitting:
            return None
        constraint = _constraint_of(kind)
        if constraint is not None and not self._allows(fitted, constraint, scope, 0):
            return run.null("type.mismatch", "value", kind)
        return fitted

    def result_of(self, kind: Type) -> Type:
        """The type of a function's results: models write it, or the whole function's, on a knowledge model."""
        resolved = self.names.resolve(kind)
        if resolved is None or resolved.name != "function":
            return kind
        return resolved.items or ANY

    def allowed_of(self, kind: Type) -> UnaryTests | None:
        """The allowed values that an item definition lists itself."""
        constraint = self.constraints.get(kind.name)
        return None if constraint is None or constraint.collection else constraint.allowed

    def _allows(self, value: Any, constraint: Constraint, scope: Scope, depth: int) -> bool:
        if value is None or depth > _DEEPEST:
            return True
        scope.run.charge(1)
        if constraint.whole is not None and constraint.whole.test_in(value, scope) is not True:
            return False
        if constraint.collection:
            items = value if isinstance(value, list) else [value]
            return all(self._allows_one(item, constraint, scope, depth) for item in items)
        return self._allows_one(value, constraint, scope, depth)

    def _allows_one(self, value: Any, constraint: Constraint, scope: Scope, depth: int) -> bool:
        if constraint.allowed is not None and constraint.allowed.test_in(value, scope) is not True:
            return False
        if constraint.of is not None:
            known = self.constraints.get(constraint.of)
            if known is not None and not self._allows(value, known, scope, depth + 1):
                return False
        if not constraint.members or not isinstance(value, Mapping):
            return True
        return all(
            self._allows(value.get(name), member, scope, depth + 1) for name, member in constraint.members
        )


def _constraint_of(kind: Type) -> Constraint | None:
    if kind.name == "list" and kind.items is not None:
        inner = _constraint_of(kind.items)
        return None if inner is None else Constraint(collection=True, of=inner.of)
    return None if kind.name in BUILT_IN else Constraint(of=kind.name)


class TypeReader:
    """Reads the item definitions of one model; `imported` are types of other models by prefixed name."""

    def __init__(self, findings: Findings, place: Place, imported: Mapping[str, ItemTypes]) -> None:
        self._findings = findings
        self._place = place
        self._known: dict[str, Type] = {}
        self.types = ItemTypes(names=TypeNames(self._known))
        for prefix, others in imported.items():
            self._import(prefix, others)

    def _import(self, prefix: str, others: ItemTypes) -> None:
        self.types.components |= others.components
        for name, kind in others.names.known.items():
            self._known.setdefault(_prefixed(prefix, name), _with_prefix(kind, prefix))
        for name, constraint in others.constraints.items():
            self.types.constraints.setdefault(
                _prefixed(prefix, name), _constraint_with_prefix(constraint, prefix)
            )

    def read(self, definitions: Element) -> ItemTypes:
        """All item definitions below `definitions`."""
        found = list(children(definitions, "itemDefinition"))
        for element in found:
            name = element.get("name", "")
            if name in self._known:
                self._findings.add(
                    "dmn.duplicate-name", place_of(element, self._place),
                    f"类型“{name}”重复定义", f"the type '{name}' is defined twice",
                )  # fmt: skip
            self._known[name] = ANY
        for element in found:
            kind, constraint = self._definition(element, 0)
            self._known[element.get("name", "")] = kind
            self.types.constraints[element.get("name", "")] = constraint
        return self.types

    def _definition(self, element: Element, depth: int) -> tuple[Type, Constraint]:
        collection = element.get("isCollection") == "true"
        members: list[tuple[str, Type]] = []
        member_constraints: list[tuple[str, Constraint]] = []
        for part in children(element, "itemComponent"):
            name = part.get("name", "")
            self.types.components.add(name)
            if depth < _DEEPEST:
                kind, constraint = self._definition(part, depth + 1)
                members.append((name, kind))
                member_constraints.append((name, constraint))
        base = self._base(element, members)
        constraint = Constraint(
            collection=collection,
            of=None if base.name in BUILT_IN else base.name,
            allowed=self._tests(child(element, "allowedValues")),
            whole=self._tests(child(element, "typeConstraint")),
            members=tuple(member_constraints),
        )
        return (Type("list", items=base) if collection else base), constraint

    def _base(self, element: Element, members: list[tuple[str, Type]]) -> Type:
        if members:
            return Type("context", members=tuple(members))
        function = child(element, "functionItem")
        if function is not None:
            parameters = tuple(
                self.reference(one.get("typeRef"), one) for one in children(function, "parameters")
            )
            return Type(
                "function",
                items=self.reference(function.get("outputTypeRef"), function),
                parameters=parameters,
            )
        written = child(element, "typeRef")
        return self.reference(None if written is None else (written.text or ""), element)

    def reference(self, written: str | None, element: Element) -> Type:
        """The type that a `typeRef` names; Any when there is none or it is unknown."""
        name = (written or "").strip()
        if not name:
            return ANY
        for candidate in _spellings(name):
            if candidate in BUILT_IN:
                return ANY if candidate == "Any" else Type(candidate)
            if candidate in self._known:
                return Type(candidate)
        self._findings.add(
            "dmn.type-unknown", place_of(element, self._place),
            f"没有名为“{name}”的类型", f"no type is named '{name}'",
        )  # fmt: skip
        return ANY

    def _tests(self, element: Element | None) -> UnaryTests | None:
        text = text_of(element)
        if element is None or not text.strip():
            return None
        try:
            return compile_unary_tests(text, types=self.types.names)
        except FeelSyntaxError as error:
            self._findings.syntax(error, place_of(element, self._place))
            return None


def _spellings(name: str) -> list[str]:
    """How a type reference may be meant: `feel:string`, `tns:tType` and `feel.string` are common."""
    spellings = [name, _SYNONYMS.get(name, name)]
    for divider in (":", "}"):
        after = name.rpartition(divider)[2]
        spellings += [after, _SYNONYMS.get(after, after)]
    if name.startswith("feel."):
        spellings.append(name.removeprefix("feel."))
    return spellings


def _prefixed(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _with_prefix(kind: Type, prefix: str) -> Type:
    if kind is ANY:
        return ANY
    return Type(
        kind.name if kind.name in BUILT_IN else _prefixed(prefix, kind.name),
        items=None if kind.items is None else _with_prefix(kind.items, prefix),
        members=None
        if kind.members is None
        else tuple((n, _with_prefix(k, prefix)) for n, k in kind.members),
        parameters=None
        if kind.parameters is None
        else tuple(_with_prefix(k, prefix) for k in kind.parameters),
    )


def _constraint_with_prefix(constraint: Constraint, prefix: str) -> Constraint:
    return Constraint(
        collection=constraint.collection,
        of=None if constraint.of is None else _prefixed(prefix, constraint.of),
        allowed=constraint.allowed,
        whole=constraint.whole,
        members=tuple((name, _constraint_with_prefix(one, prefix)) for name, one in constraint.members),
    )
