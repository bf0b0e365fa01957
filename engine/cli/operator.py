"""Who gives command lines: whoever has the database in their hands sees what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.directory.scope import everything
from engine.errors import NotFound
from engine.inbox import ANYBODY, Viewer

if TYPE_CHECKING:
    from engine.facade import Engine


def operator(engine: Engine) -> Viewer:
    """The operator of a database. Raises NotFound where it has no directory around it."""
    if engine.directory is None:
        raise NotFound(code="directory.missing", message_zh="没有通讯录", message_en="there is no directory")
    index = engine.directory.index
    return Viewer(person=ANYBODY, at=engine.clock(), groups={}, scope=everything(ANYBODY), index=index)
