"""The elements of a decision requirements graph (DMN 1.5, 6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

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
class Requirements:
    """What an element needs: the name under which it sees each, and the key of what it is.

    A name with a dot is seen through the prefix of an import.
    """

    inputs: tuple[tuple[str, Key], ...] = ()
    decisions: tuple[tuple[str, Key], ...] = ()
    knowledge: tuple[tuple[str, Key], ...] = ()


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
