"""The duty grade is a line in a file; a change takes effect at once for what starts afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.calendars.config_text import ConfigProblems
from engine.calendars.duty import read_duty
from engine.calendars.limits import Profile
from engine.installation import Timetables

MORNING = 1_772_413_200_000_000
"""Monday 2 March 2026, 09:00 in Shanghai."""


def test_without_a_file_it_is_peace() -> None:
    assert read_duty(None, file="duty.toml") is Profile.NORMAL


@pytest.mark.parametrize("grade", list(Profile))
def test_the_file_names_the_grade(grade: Profile) -> None:
    assert read_duty(f'grade = "{grade}"'.encode(), file="duty.toml") is grade


@pytest.mark.parametrize("content", [b'grade = "war"', b"", b"grade", b"\xff"])
def test_anything_else_is_refused_with_file_and_key(content: bytes) -> None:
    with pytest.raises(ConfigProblems) as caught:
        read_duty(content, file="duty.toml")
    assert (caught.value.problems[0].file, caught.value.problems[0].key) == ("duty.toml", "grade")


def test_a_switch_shortens_the_limits_that_start_afterwards(tmp_path: Path) -> None:
    for part in ("calendars", "limits"):
        shutil.copytree(Path("config") / part, tmp_path / part)
    timetables = Timetables(tmp_path)
    before = timetables().start("whistle.emergency.check_in", MORNING)
    (tmp_path / "duty.toml").write_text('grade = "wartime"\n', encoding="utf-8")
    after = timetables().start("whistle.emergency.check_in", MORNING)
    (tmp_path / "duty.toml").unlink()
    assert before.limit != after.limit
    assert (before.profile, after.profile) == (Profile.NORMAL, Profile.WARTIME)
    assert timetables().start("whistle.emergency.check_in", MORNING) == before
