"""How long cases are kept: the operator's rules, read and applied."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import InvalidInput
from engine.history.keeping import Keeping, load_keeping


def moment(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1_000_000


def test_the_shipped_rules_are_read() -> None:
    rules = load_keeping(Path("config"))

    def kept(flow: str, category: str, grade: int, request_type: str = "") -> int | None:
        return next(rule.years for rule in rules if rule.fits(flow, category, grade, request_type))

    assert [kept("dispute", "land_taking", grade) for grade in range(4)] == [None] * 4
    assert [kept("dispute", "family", grade) for grade in range(4)] == [10, 10, 5, 10]
    assert kept("service", "", 3) == 2
    assert [kept(flow, "", 3, "consult") for flow in ("intake", "enterprise_request")] == [1, 1]
    for other in ("help", "complaint", "report", "suggest", ""):
        assert not any(
            rule.fits(flow, "", 3, other) for rule in rules for flow in ("intake", "enterprise_request")
        )


def test_whole_years_after_the_end() -> None:
    rule = Keeping(name="n", flow="p", years=10)
    assert rule.over(moment(2025, 3, 4)) == moment(2035, 3, 4)
    assert Keeping(name="n", flow="p", years=1).over(moment(2024, 2, 29)) == moment(2025, 3, 1)
    assert Keeping(name="n", flow="p").over(moment(2024, 2, 29)) is None


@pytest.mark.parametrize(
    "text",
    [
        '[[cases]]\nname = "n"\nflow = "p"\n',
        '[[cases]]\nname = "n"\nflow = "p"\nyears = 0\n',
        '[[cases]]\nname = "n"\nflow = "p"\nyears = true\n',
        '[[cases]]\nname = "n"\nflow = "p"\nyears = 1\npermanent = true\n',
        '[[cases]]\nname = "n"\nflow = "p"\nyears = 1\nother = 2\n',
        '[[cases]]\nname = "n"\nflow = "p"\nyears = 1\ngrades = ["green"]\n',
        '[[cases]]\nname = "n"\nflow = "p"\nyears = 1\ngrades = "yellow"\n',
        '[[cases]]\nname = "n"\nflow = "p"\nyears = 1\nrequest_types = "consult"\n',
        '[[cases]]\nname = "n"\nflow = "p"\nyears = 1\nrequest_types = [1]\n',
        '[[cases]]\nflow = "p"\nyears = 1\n',
        "[",
    ],
)
def test_a_rule_that_is_not_sound_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "retention.toml").write_text(text)
    with pytest.raises(InvalidInput):
        load_keeping(tmp_path)


def test_without_a_file_everything_is_kept(tmp_path: Path) -> None:
    assert load_keeping(tmp_path) == ()
