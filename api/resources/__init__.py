"""The resources under /api/v1, one module a family."""

from typing import Final

from api.blueprint import Blueprint

BLUEPRINTS: Final[tuple[Blueprint, ...]] = ()
"""All of them, in the order in which they are documented."""
