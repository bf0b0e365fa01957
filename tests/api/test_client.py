"""The client against the application."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from api.client import Client, Refused
from tests.api.place import US, Place

SCOPES = ("tasks:read", "tasks:act", "cases:read", "cases:start")


@pytest.fixture
def client(place: Place) -> Client:
    """A machine that works for somebody of the staff."""
    _, secret = place.office.tokens.make(f"machine {uuid4()}", SCOPES, 30, US, person="grid")
    return Client("http://localhost", token=secret, transport=httpx.WSGITransport(app=place.app))


def test_a_case_is_started_taken_and_worked_on(place: Place, client: Client) -> None:
    case = client.start("matter", {"grid": "G1"})
    row = next(row for row in client.tasks("claimable", limit=1) if row.case_id == case)
    assert row.id is not None
    client.claim(row.id)
    assert client.task(row.id)["mine"]
    done = client.complete(row.id, {"title": "积水"})
    assert done["status"] == "active"
    assert [task["element"] for task in client.case(case)["tasks"]] == ["handle"]


def test_what_the_server_refuses_is_an_error_with_its_code(client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.case(uuid4())
    assert (refused.value.status, refused.value.code) == (404, "case.unknown")
