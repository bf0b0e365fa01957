"""Exit codes: part of the command line's contract, described in docs/operations.md."""

from __future__ import annotations

from enum import IntEnum

from engine.errors import BihuanError, Conflict, InvalidInput, LimitExceeded, NotFound, Refusal


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FOUND = 1
    """A check found something: errors in files, a history that does not verify, rows refused by an import."""
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    REFUSED = 5
    INVALID = 6
    UNAVAILABLE = 69
    """The database cannot be reached or opened."""
    INTERNAL = 70
    INTERRUPTED = 130


def exit_of(error: BihuanError) -> Exit:
    """The exit code of what the engine raises on purpose."""
    from engine.intake.layout import LayoutRefused
    from engine.intake.problem import FileRefused
    from engine.model import ModelErrors
    from engine.store import SchemaMismatch

    kinds: tuple[tuple[tuple[type[BihuanError], ...], Exit], ...] = (
        ((ModelErrors,), Exit.FOUND),
        ((NotFound,), Exit.NOT_FOUND),
        ((Conflict, SchemaMismatch), Exit.CONFLICT),
        ((Refusal,), Exit.REFUSED),
        ((InvalidInput, LimitExceeded, LayoutRefused, FileRefused), Exit.INVALID),
    )
    return next((code for classes, code in kinds if isinstance(error, classes)), Exit.FOUND)
