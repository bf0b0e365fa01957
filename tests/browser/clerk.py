"""Somebody at the API with the session of a browser: what does not need a page is set up without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import APIResponse

from engine.simulation.filling import Filler
from tests.browser.visitor import Visitor

PATH = "/api/v1"


class Clerk:
    """Asks and does on behalf of a visitor."""

    def __init__(self, visitor: Visitor) -> None:
        self._request = visitor.context.request
        self.me: dict[str, Any] = self.get("/auth/me")
        self._token = {"X-CSRF-Token": self.me["csrf_token"]}
        self.sent: list[tuple[str, str, Any]] = []
        """Methods, paths and bodies of all that was sent and taken."""

    def get(self, path: str, **asked: Any) -> Any:
        """What an address answers."""
        answer = self._request.get(PATH + path, params=asked)
        assert answer.ok, answer.text()
        return answer.json()

    def send(self, method: str, path: str, body: Any = None, **given: Any) -> APIResponse:
        """Send something, and see what comes."""
        if body is not None:
            given["data"] = body
        answer = self._request.fetch(PATH + path, method=method, headers=self._token, **given)
        if answer.ok:
            self.sent.append((method, path, body if body is not None else given.get("multipart")))
        return answer

    def as_machine(self, secret: str) -> Callable[[str, str, Any], Any]:
        """Somebody else, who has a token; what they do is allowed."""

        def does(method: str, path: str, body: Any) -> Any:
            own, self._token = self._token, {"Authorization": f"Bearer {secret}"}
            try:
                return self.does(method, path, body)
            finally:
                self._token = own

        return does

    def does(self, method: str, path: str, body: Any = None, **given: Any) -> Any:
        """Do something that is allowed."""
        answer = self.send(method, path, body, **given)
        assert answer.ok, f"{method} {path}: {answer.text()}"
        return answer.json() if answer.status != 204 else None

    def tasks(self, codes: set[str]) -> list[dict[str, Any]]:
        """What lies before them of these cases."""
        found = [
            row
            for box in ("todo", "claimable")
            for row in self.get("/tasks", box=box, limit=100)["items"]
            if row["case_code"] in codes
        ]
        return list({row["id"]: row for row in found}.values())

    def takes(self, task: str) -> bool:
        """Whether a task is theirs now."""
        return self.get(f"/tasks/{task}")["mine"] or self.send("POST", f"/tasks/{task}/claim").ok

    def completes(self, task: str, filler: Filler) -> bool:
        """Whether a task could be completed with what somebody fills in."""
        page = self.get(f"/tasks/{task}")
        values = filler.fill(page["form"], page["data"]) if page["form"] else {}
        return self.send("POST", f"/tasks/{task}/complete", {"variables": values}).ok
