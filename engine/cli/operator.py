"""Who gives command lines: whoever has the database in their hands sees what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.errors import NotFound
from engine.inbox import Viewer

if TYPE_CHECKING:
    from engine.facade import Engine


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator(Viewer):
    """Reads lists without a scope: it is the database that is entrusted to them, not cases."""

    def sees(self, case_id: sa.ColumnElement[Any], rank: int = 0) -> sa.ColumnElement[bool]:
        """Everything."""
        return sa.true()

    def owns(self, case_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Everything."""
        return sa.true()


def operator(engine: Engine) -> Operator:
    """The operator of a database. Raises NotFound where it has no directory around it."""
    if engine.directory is None:
        raise NotFound(code="directory.missing", message_zh="没有通讯录", message_en="there is no directory")
    return Operator(person="", at=engine.clock(), groups={}, scope=None, index=engine.directory.index)
