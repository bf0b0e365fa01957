"""In which order decisions are made: each after those it requires."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from engine.dmn.elements import Decision, Key


def in_order(
    decisions: Mapping[Key, Decision], wanted: Iterable[Key], known: Container[Key] = ()
) -> tuple[list[Key], Key | None]:
    """The decisions to make for `wanted`, in order, and one that depends on itself if there is any.

    known: decisions whose values are at hand; what only they require is left out.
    """
    order: list[Key] = []
    done: set[Key] = set()
    path: set[Key] = set()
    circular: Key | None = None
    pending = [(key, False) for key in wanted]
    pending.reverse()
    while pending:
        key, finished = pending.pop()
        if finished:
            path.discard(key)
            done.add(key)
            order.append(key)
        elif key in path:
            circular = circular or key
        elif key not in done and key not in known and key in decisions:
            path.add(key)
            pending.append((key, True))
            pending.extend((one.key, False) for one in reversed(decisions[key].requires.decisions))
    return order, circular
