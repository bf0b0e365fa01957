"""What leaves the house in files: marked with who took it out, and noted in the security log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Response, g

from api.auth import current
from api.auth.gate import gate, origin
from api.schemas.base import iso
from api.service import service


@dataclass(frozen=True, kw_only=True, slots=True)
class Watermark:
    """Who takes something out, and when (microseconds)."""

    person: str
    name: str
    at: int
    request: str

    def __str__(self) -> str:
        return f"{self.name}({self.person}) {iso(self.at)} {self.request}"


def taken_out(what: str, subject: str) -> Watermark:
    """The watermark of an export, which is noted in the security log."""
    caller, here = current(), service()
    now = here.engine.clock()
    known = None if caller.person is None else here.directory.index.person(caller.person, now)
    with here.engine.database.transaction() as tx:
        log = gate().office.log
        log.note(tx, "exported", origin(), account=caller.account, subject=subject, detail=what)
    return Watermark(
        person=caller.actor,
        name=caller.login if known is None else known.name,
        at=now,
        request=str(g.get("bihuan_request_id", "")),
    )


def file_response(content: Any, kind: str, name: str) -> Response:
    """A file to be kept under a name."""
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{quote(name)}"'
    return response
