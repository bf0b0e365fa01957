"""The client: one method for each thing done, on the contract of /api/v1/openapi.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID, uuid4

import httpx

PATH: Final = "/api/v1"


class Refused(Exception):
    """The server said no. status: of HTTP. code: stable, for programs. problem: all of it (RFC 9457)."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or status))
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable code of the error."""
        return str(self.problem.get("code", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRow:
    """A row of the inbox: what programs need most; `row` is all of it."""

    id: str | None
    case_id: UUID
    case_code: str
    title: str
    step_name: str | None
    assignee: str | None
    due_at: str | None
    row: Mapping[str, Any]


class Client:
    """Calls one server. Usable from one thread; close it, or use it in a `with` block.

    token: of a machine. language: of messages, `zh` or `en`. transport: another than the network, as tests have it.
    """

    def __init__(
        self,
        server: str,
        *,
        token: str,
        language: str = "zh",
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=server.rstrip("/") + PATH,
            headers={"Authorization": f"Bearer {token}", "Accept-Language": language},
            timeout=timeout,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def tasks(self, box: str = "todo", **filters: str | int) -> Iterator[TaskRow]:
        """All rows of a box, page after page. filters: as the address has them."""
        query: dict[str, str | int] = {"box": box, **filters}
        while True:
            page = self.call("GET", "/tasks", query=query)
            for row in page["items"]:
                yield TaskRow(
                    id=row["id"],
                    case_id=UUID(row["case_id"]),
                    case_code=row["case_code"],
                    title=row["title"],
                    step_name=row["step_name"],
                    assignee=row["assignee"],
                    due_at=row["due_at"],
                    row=row,
                )
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def task(self, task: str) -> dict[str, Any]:
        """A task with its form."""
        return self.call("GET", f"/tasks/{task}")

    def claim(self, task: str, *, key: str | None = None) -> dict[str, Any]:
        """签收."""
        return self.command(f"/tasks/{task}/claim", {}, key=key)

    def complete(
        self, task: str, variables: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> dict[str, Any]:
        """办结 with the values of the form."""
        return self.command(f"/tasks/{task}/complete", {"variables": dict(variables or {})}, key=key)

    def act(self, task: str, verb: str, body: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
        """Any other verb of tasks: `return`, `transfer`, `urge`, …"""
        return self.command(f"/tasks/{task}/{verb}", body, key=key)

    def start(
        self,
        process: str,
        variables: Mapping[str, Any] | None = None,
        *,
        business_key: str | None = None,
        key: str | None = None,
    ) -> UUID:
        """Start a case; its id."""
        body: dict[str, Any] = {"key": process, "variables": dict(variables or {})}
        if business_key is not None:
            body["business_key"] = business_key
        return UUID(self.command("/cases", body, key=key)["case_id"])

    def case(self, case_id: UUID) -> dict[str, Any]:
        """The page of a case."""
        return self.call("GET", f"/cases/{case_id}")

    def roots(self, *, before: int | None = None, limit: int = 50) -> dict[str, Any]:
        """Signed roots of the proof tree, the latest first, with the public keys. before: over fewer leaves than this."""
        query: dict[str, str | int] = {"limit": limit}
        return self.call("GET", "/audit/roots", query=query | ({} if before is None else {"before": before}))

    def inclusion(self, case_id: UUID, *, size: int | None = None) -> dict[str, Any]:
        """The proof that a case is in the tree of a signed root, by default of the latest, to be checked offline."""
        query: dict[str, str | int] = {} if size is None else {"size": size}
        return self.call("GET", f"/audit/cases/{case_id}/inclusion", query=query)

    def consistency(self, earlier: int, *, size: int | None = None) -> dict[str, Any]:
        """The proof that the tree was only added to since the root over `earlier` leaves."""
        query: dict[str, str | int] = {"earlier": earlier}
        return self.call("GET", "/audit/consistency", query=query | ({} if size is None else {"size": size}))

    def report(self, name: str, period: str, **query: str) -> dict[str, Any]:
        """A report by its name (`overview`, `indicators`, …) as tables. query: `unit`, `flow`, `category`, `by`, …"""
        return self.call("GET", f"/reports/{name}", query={"period": period, **query})

    def report_file(self, name: str, period: str, kind: str, **query: str) -> bytes:
        """A report as a file: `csv`, `xlsx`, `pdf`."""
        asked = {"period": period, "format": kind, **query}
        return self._answer("GET", f"/reports/{name}", query=asked).content

    def behind(self, indicator: str, period: str, *, rest: bool = False, **query: str) -> Iterator[UUID]:
        """The cases behind a number, page after page. rest: those of the whole that are not in the part."""
        asked: dict[str, str | int] = {
            "indicator": indicator,
            "period": period,
            "rest": str(rest).lower(),
            **query,
        }
        while True:
            page = self.call("GET", "/reports/cases", query=asked)
            yield from (UUID(each) for each in page["items"])
            if page["next"] is None:
                return
            asked["cursor"] = page["next"]

    def command(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
        """Give a command. key: makes repeating safe; by default a fresh one, so that a lost answer may be asked again."""
        return self.call("POST", path, body=body, headers={"Idempotency-Key": key or str(uuid4())})

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """One request. Raises Refused for a problem, httpx.HTTPError when the server cannot be reached."""
        answer = self._answer(method, path, query=query, body=body, headers=headers)
        return dict(_told(answer))

    def _answer(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        answer = self._http.request(method, path, params=query, json=body, headers=headers)
        if answer.is_error:
            raise Refused(answer.status_code, _told(answer))
        return answer


def _told(answer: httpx.Response) -> Any:
    return answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
