"""FEEL types as written after `instance of` and in type references (DMN 1.5, 10.3.1.2, rules 51 to 57)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BUILT_IN = frozenset(
    {
        "Any", "Null", "number", "string", "boolean", "date", "time", "date and time",
        "days and time duration", "years and months duration", "list", "context", "function", "range",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its name ("number", "list", "context", "range", "function", or the name of an item definition).

    items: the element type of a list or range, or the result of a function.
    members: the entries of a context; parameters: the types of a function's parameters.
    """

    name: str
    items: Type | None = None
    members: tuple[tuple[str, Type], ...] | None = None
    parameters: tuple[Type, ...] | None = None

    def __str__(self) -> str:
        if self.members is not None:
            return f"context<{', '.join(f'{name}: {kind}' for name, kind in self.members)}>"
        if self.parameters is not None:
            result = "" if self.items is None else f" -> {self.items}"
            return f"function<{', '.join(map(str, self.parameters))}>{result}"
        return self.name if self.items is None else f"{self.name}<{self.items}>"


ANY = Type("Any")


@dataclass(frozen=True, slots=True)
class TypeNames:
    """The named types an expression may refer to beside the built-in ones."""

    known: Mapping[str, Type] = field(default_factory=dict)

    def resolve(self, kind: Type) -> Type | None:
        """The definition behind a named type; the type itself when built in; None when unknown."""
        seen = 0
        while kind.name not in BUILT_IN:
            found = self.known.get(kind.name)
            seen += 1
            if found is None or seen > 32:
                return None
            kind = found
        return kind
