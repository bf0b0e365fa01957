"""Every endpoint under /api/v1, from the application's own map of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import Flask

from api.spec import PATH

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NO_CASE = UUID(int=0x019AA000_0000_7000_8000_000000000000)


@dataclass(frozen=True, kw_only=True, order=True)
class Endpoint:
    """A method at an address, such as `GET /tasks/<task:task>`."""

    method: str
    rule: str
    view: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    def path(self, *, case: object = NO_CASE, task: object = f"{NO_CASE}.5", **given: object) -> str:
        """The address with its parts filled in."""
        values = {
            "case_id": case, "task": task, "job": f"{NO_CASE}.5", "incident": f"{NO_CASE}.5", "key": "matter",
            "version": 1, "form": "register", "unit": "T1", "person_id": "town", "number": 1, "name": "view",
            "grant_id": NO_CASE, "seq": 1, "part": "limits", "account_id": "nobody", "token_id": "none", "session_id": "none", **given,
        }  # fmt: skip
        parts = []
        for part in self.rule.split("/"):
            name = part.rpartition(":")[2].rstrip(">").lstrip("<") if part.startswith("<") else ""
            parts.append(str(values.get(name, "none")) if name else part)
        return "/".join(parts)


def endpoints(app: Flask) -> Iterator[Endpoint]:
    """All of them, in order."""
    found = {
        Endpoint(method=method, rule=rule.rule.removeprefix(PATH), view=rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PATH)
        for method in METHODS
        if method in (rule.methods or ())
    }
    yield from sorted(found)
