"""Codes of units and people, paths of units, and the names of candidate groups."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_GROUP: Final = re.compile(rf"unit:({_CODE.pattern})/({_CODE.pattern}|\*)")


class Group(NamedTuple):
    """A candidate group: whoever has `role` (`*`: any role that acts on cases) in `unit`."""

    unit: str
    role: str


def is_code(text: str) -> bool:
    """Whether a text can be a code: ASCII letters, digits, `.`, `_`, `-`; at most 64, the first no mark.

    Codes never hold what paths and groups are put together with, and sort the same on every database.
    """
    return _CODE.fullmatch(text) is not None


def group_name(unit: str, role: str) -> str:
    """The stable name of a group, as tasks carry it: `unit:<unit code>/<role code>`, or `…/*` for the whole unit."""
    return f"unit:{unit}/{role}"


def parse_group(name: str) -> Group | None:
    """The group of that name; None for names of another making."""
    found = _GROUP.fullmatch(name)
    return None if found is None else Group(found[1], found[2])


def path_below(parent: str | None, unit: str) -> str:
    """The path of a unit under the path of its parent; None for a root."""
    return f"{parent or '/'}{unit}/"


def after_subtree(path: str) -> str:
    """The first text behind all paths that begin with `path`: a subtree is `path <= x < after_subtree(path)`."""
    # A path ends in a slash, and "0" is the character that follows it.
    return f"{path[:-1]}0"
