"""The elements of a decision requirements graph (DMN 1.5, 6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.feel import Function, Type
from engine.feel.run import Code

Key: TypeAlias = tuple[str, str]
"""Namespace and id of an element."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData:
    """Something that must be given."""

    identifier: str
    name: str
    kind: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """Something an element needs, and the name it sees it by; `prefix`: of the import it comes through."""

    key: Key
    name: str
    prefix: str = ""

    def bind(self, bindings: dict[str, Any], value: Any) -> None:
        """Add `value` under the visible name."""
        (bindings.setdefault(self.prefix, {}) if self.prefix else bindings)[self.name] = value

    def read(self, bindings: Mapping[str, Any]) -> Any:
        """The value under the visible name."""
        return (bindings[self.prefix] if self.prefix else bindings)[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What an element needs."""

    inputs: tuple[Needed, ...] = ()
    decisions: tuple[Needed, ...] = ()
    knowledge: tuple[Needed, ...] = ()

    @property
    def all(self) -> tuple[Needed, ...]:
        """Everything needed."""
        return (*self.inputs, *self.decisions, *self.knowledge)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision and its logic."""

    identifier: str
    name: str
    kind: Type
    requires: Requirements
    code: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionService:
    """Decisions offered together: `outputs` are decided from `inputs`, other decisions stay inside."""

    identifier: str
    name: str
    kind: Type
    outputs: tuple[Key, ...]
    encapsulated: tuple[Key, ...]
    inputs: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """A business knowledge model: logic used by name."""

    identifier: str
    name: str
    function: Function
