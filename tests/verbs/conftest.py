"""A world for each test; when the test ends every case in it is held against its log."""

from tests.conformance.conftest import world

__all__ = ["world"]
