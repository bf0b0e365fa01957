"""What no form sends, and others do: found by Schemathesis against PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from tests.api.place import Place, open_place


@pytest.fixture
def place(postgres_url: str, tmp_path: Path) -> Iterator[Place]:
    opened = open_place(postgres_url, tmp_path)
    yield opened
    opened.engine.close()


def test_texts_the_database_has_no_place_for_are_wrong_input(place: Place) -> None:
    answer = place.sign_in("county").get("/cases", source="\0V")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")
    body = {"types": ["a\0b"], "worker": "w", "lock_seconds": 60}
    assert place.machine("jobs:work").post("/jobs/fetch-and-lock", body).status_code == 422


def test_a_directory_that_is_no_table_is_wrong_input(place: Place) -> None:
    form = {"reason": "x", "dry_run": "true", "files": (BytesIO(b"\xff\xd8"), "picture.jpg")}
    answer = place.sign_in("admin").send("POST", "/directory/import", data=form)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "no_table")


@pytest.mark.parametrize(("ttl", "status"), [(2.5, 422), (True, 422), (60.0, 200), (60, 200)])
def test_a_part_of_a_whole_number_is_none(place: Place, ttl: object, status: int) -> None:
    body = {"name": "reply", "correlation_key": "k", "variables": {}, "ttl": ttl}
    assert place.machine("messages:send").post("/messages", body).status_code == status
