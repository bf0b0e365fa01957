"""Which failures of the database pass by themselves."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

_LASTING: Final = (
    sa.exc.DataError,
    sa.exc.IntegrityError,
    sa.exc.NotSupportedError,
    sa.exc.ProgrammingError,
)


def will_pass(error: BaseException) -> bool:
    """Whether the database is away or busy, so that the same work may succeed later.

    A statement that it does not understand, or a value that it does not take, fails again however long one waits.
    """
    return isinstance(error, sa.exc.DBAPIError) and not isinstance(error, _LASTING)
