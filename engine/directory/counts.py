"""Counts that could point at single people are not shown outside one's own subtree (DOMAIN §2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

SMALLEST: Final = 5
"""[default] Counts below this are suppressed, zero among them: it would tell that the others are not zero."""

K = TypeVar("K")


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts(Generic[K]):
    """Counts as they may be shown; None where one is suppressed. total: None when it would give one away."""

    cells: Mapping[K, int | None]
    total: int | None


def shown(count: int, *, own: bool, smallest: int = SMALLEST) -> int | None:
    """One count as it may be shown: None when it is small and not of one's own subtree."""
    return count if own or count >= smallest else None


def shown_counts(counts: Mapping[K, int], *, own: Collection[K], smallest: int = SMALLEST) -> Counts[K]:
    """Counts side by side, with their total, as they may be shown. own: the keys in one's own subtree.

    A single suppressed count could be found by subtracting the others from the total, and small ones together
    with it too: so the next smallest count outside one's own subtree goes as well or, where there is none, the
    total.
    """
    cells = {key: shown(count, own=key in own, smallest=smallest) for key, count in counts.items()}
    hidden = [key for key, value in cells.items() if value is None]
    if not hidden:
        return Counts(cells=cells, total=sum(counts.values()))
    if len(hidden) == 1 or sum(counts[key] for key in hidden) < smallest:
        others = [key for key, value in cells.items() if value is not None and key not in own]
        if not others:
            return Counts(cells=cells, total=None)
        cells[min(others, key=lambda key: counts[key])] = None
    return Counts(cells=cells, total=sum(counts.values()))
