"""The dispatch from constructs to the functions that compile them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel import syntax
from engine.feel.run import Code
from engine.feel.types import TypeNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiler:
    """Compiles nodes by the rule of their class."""

    rules: Mapping[type[syntax.Node], Callable[[Any, Compiler], Code]]
    types: TypeNames

    def compile(self, node: syntax.Node) -> Code:
        """The closure that evaluates `node`."""
        return self.rules[type(node)](node, self)
