"""`instance of` (DMN 1.5, 10.3.2.3 and table 56)."""

from __future__ import annotations

from engine.feel import syntax
from engine.feel.compiler.compile import Compiler
from engine.feel.conformance import conforms
from engine.feel.run import Code, Scope, Truth


def instance_of(node: syntax.InstanceOf, compiler: Compiler) -> Code:
    """Whether a value has a type; null itself is an instance of `Null` only."""
    value, wanted, types = compiler.compile(node.value), node.type, compiler.types

    def check(scope: Scope) -> Truth:
        resolved = types.resolve(wanted)
        if resolved is None:
            return scope.run.null("type.unknown", wanted)
        found = value(scope)
        if found is None:
            return resolved.name == "Null"
        return conforms(found, resolved, types, scope.run)

    return check
