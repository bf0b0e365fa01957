"""Who gives command lines: whoever has the database in their hands sees what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.directory.scope import Scope
from engine.errors import NotFound
from engine.inbox import ANYBODY, Viewer
from engine.store.tables import cases

if TYPE_CHECKING:
    from engine.facade import Engine


@dataclass(frozen=True, kw_only=True, slots=True)
class Everything(Scope):
    """No scope: it is the database that is entrusted to operators, not cases."""

    def visible(self, case_id: sa.ColumnElement[Any] = cases.c.case_id) -> sa.ColumnElement[bool]:
        """Every case."""
        return sa.true()

    def own(self, case_id: sa.ColumnElement[Any] = cases.c.case_id) -> sa.ColumnElement[bool]:
        """Every case."""
        return sa.true()


def operator(engine: Engine) -> Viewer:
    """The operator of a database. Raises NotFound where it has no directory around it."""
    if engine.directory is None:
        raise NotFound(code="directory.missing", message_zh="没有通讯录", message_en="there is no directory")
    scope = Everything(person=ANYBODY, subtrees={}, units={}, groups={})
    return Viewer(person=ANYBODY, at=engine.clock(), groups={}, scope=scope, index=engine.directory.index)
