"""Asking for a case's dossier to be sealed once the case is closed (DOMAIN §3 A.13).

A process says so with `bihuan:dossier`. The case is closed when its process sets the variable `closed_at` (销号), or
completes without having said so before; the request leaves through the outbox, in the transaction that closes the case.
A case that is reopened and closed again asks again. What seals it is `engine.documents`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.state.case import COMPLETED

if TYPE_CHECKING:
    from engine.runtime.session import Session

PROPERTY: Final = "bihuan:dossier"
ON_CLOSING: Final = "closing"
"""The one value of the property so far: sealed when the case is closed."""

CLOSED: Final = "closed_at"
"""The variable that says since when a case is closed (销号)."""

REQUEST: Final = "dossier"
"""The kind of the outbox row."""


def follow(session: Session) -> None:
    """After a command: ask for the dossier to be sealed if the command closed or completed the case."""
    root = session.state.root
    if session.program(root).definition.properties.get(PROPERTY) != ON_CLOSING:
        return
    # A case that completes asks too, though it was closed before: what came since is then sealed as well.
    if session.state.status == COMPLETED or any(_closes(effect, root.id) for effect in session.effects):
        session.emit(["out", REQUEST, {}])


def _closes(effect: list[Any], root: int) -> bool:
    return effect[0] == "var" and effect[1] == root and effect[2].get(CLOSED) is not None
