"""What a completion over HTTP costs: statements and commits (ARCHITECTURE §8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.probe import Counter
from tests.api.place import Place, open_place

MOST = 12


class Commits(Counter):
    """Counts commits too."""

    def __init__(self) -> None:
        super().__init__()
        self.commits = 0

    def statement(self, sql: str) -> None:
        self.commits += sql == "COMMIT"
        super().statement(sql)


@pytest.fixture
def place(postgres_url: str, tmp_path: Path) -> Iterator[Place]:
    opened = open_place(postgres_url, tmp_path)
    yield opened
    opened.engine.close()


@pytest.mark.parametrize("taken", [True, False])
def test_a_completion_needs_few_statements_and_one_commit(place: Place, taken: bool) -> None:
    """Of a task somebody has taken, or may take. The session, what they may, projections are included."""
    for number in range(2):
        # The first round has everything compiled and prepared.
        case = place.start("G1")
        form = {"variables": {"title": "积水"}}
        place.sign_in("grid").post(f"/tasks/{place.task(case, 'register')}/complete", form)
        handle = place.task(case, "handle")
        if taken:
            place.sign_in("town").post(f"/tasks/{handle}/claim")
        probe = Commits()
        with place.engine.database.probed(probe):
            answer = place.sign_in("town").post(f"/tasks/{handle}/complete", Idempotency_Key=f"k{number}")
        assert answer.status_code == 200
    assert probe.commits == 1
    assert len(probe.statements) <= MOST, "\n".join(text[:150] for text in probe.statements)
