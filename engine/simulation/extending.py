"""延期 as staff ask for it: where the limit's rule allows it, and approved by whom the rule names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from engine.facade import Engine
from engine.state import WorkItem

MORE = ("1 workDay", "8 h", "1 h")
"""What is asked for: the first of these that the rule allows."""

Somebody = Callable[[list[str], Iterable[str | None]], str]
"""Gives a person of groups, but none of certain others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """How much longer, in units of limits, and who approves."""

    more: str
    approver: str


def extension(
    engine: Engine, item: WorkItem, place: str, at: int, avoid: Iterable[str | None], somebody: Somebody
) -> Extension | None:
    """The extension that may be had for a task, or None.

    place: the unit where the case is. at: the case clock, microseconds. avoid: who may not approve: the handler and
    who asks.
    """
    clock = (item.extra or {}).get("clock")
    ask = engine.config.providers.get("clock.extend")
    if clock is None or ask is None:
        return None
    kept = {name: clock[name] for name in ("name", "start", "row", "profile", "pauses", "extensions")}
    for more in MORE:
        found: dict[str, Any] = ask({**kept, "now": at, "more": [more, ""]})
        if "refused" not in found:
            groups = _groups(engine, found["approver"], place, at)
            return Extension(more=more, approver=somebody(groups, avoid))
    return None


def _groups(engine: Engine, expression: str, place: str, at: int) -> list[str]:
    """Who is named by an expression such as `县/指挥平台`; itself where no directory says."""
    ask = engine.config.providers.get("directory.candidates")
    found = None if ask is None or "/" not in expression else ask([expression, place, at, []])
    return [expression] if found is None else list(found.get("groups", ()))
