"""The same world as the conformance tests use."""

from tests.conformance.conftest import world

__all__ = ["world"]
