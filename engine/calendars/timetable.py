"""All calendars and limits of an installation, read together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self, TypeVar

from engine.calendars.calendar import Calendar
from engine.calendars.calendar_file import read_calendar
from engine.calendars.clock import Clock
from engine.calendars.config_text import ConfigProblems, Problem
from engine.calendars.limit_file import read_limits
from engine.calendars.limits import LimitRow, Limits, Profile
from engine.errors import NotFound

T = TypeVar("T")

KEPT = 64
"""Files kept as they were read: a calendar lays out its days once for all engines of a process."""


def _peace() -> Profile:
    return Profile.NORMAL


@lru_cache(maxsize=KEPT)
def _calendar(file: str, text: bytes) -> Calendar:
    return read_calendar(file, text)


@lru_cache(maxsize=KEPT)
def _limits(files: tuple[tuple[str, bytes], ...], zones: tuple[tuple[str, str], ...]) -> Limits:
    return read_limits(dict(files), dict(zones))


def _pairs(mapping: Mapping[str, T]) -> tuple[tuple[str, T], ...]:
    return tuple(sorted(mapping.items()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Timetable:
    """Calendars by name, limits, and the duty profile in force.

    profile: answers the present duty profile; what it answered is kept with every clock. default_calendar: the one
    working time is counted in where a diagram names none.
    """

    calendars: Mapping[str, Calendar]
    limits: Limits
    profile: Callable[[], Profile] = _peace
    default_calendar: str = "cn"

    @classmethod
    def read(
        cls,
        calendars: Mapping[str, bytes],
        limits: Mapping[str, bytes],
        *,
        profile: Callable[[], Profile] = _peace,
    ) -> Self:
        """Read files (TOML, by name). Raises ConfigProblems listing every mistake."""
        by_name: dict[str, Calendar] = {}
        problems: list[Problem] = []
        for file in sorted(calendars):
            try:
                calendar = _calendar(file, calendars[file])
            except ConfigProblems as error:
                problems.extend(error.problems)
                continue
            if calendar.name in by_name:
                problems.append(
                    Problem(
                        file=file,
                        line=1,
                        key="name",
                        message_zh=f"日历“{calendar.name}”出现两次",
                        message_en=f"the calendar {calendar.name!r} is there twice",
                    )
                )
            by_name[calendar.name] = calendar
        if problems:
            raise ConfigProblems(problems)
        zones = {name: calendar.zone for name, calendar in by_name.items()}
        return cls(calendars=by_name, limits=_limits(_pairs(limits), _pairs(zones)), profile=profile)

    @classmethod
    def load(cls, config: Path, *, profile: Callable[[], Profile] = _peace) -> Self:
        """Read `calendars/*.toml` and `limits/*.toml` below a folder. Raises ConfigProblems."""
        return cls.read(_files(config / "calendars"), _files(config / "limits"), profile=profile)

    def calendar(self, name: str | None = None) -> Calendar:
        """A calendar by name, or the default one. Raises NotFound."""
        name = self.default_calendar if name is None else name
        try:
            return self.calendars[name]
        except KeyError:
            raise NotFound(
                code="calendar.unknown",
                message_zh=f"没有名为“{name}”的日历",
                message_en=f"there is no calendar named {name!r}",
            ) from None

    def start(self, name: str, moment: int) -> Clock:
        """A clock of a limit started at `moment` (microseconds since 1970 UTC), under the present duty profile.

        Raises NotFound when there is no such limit, or none yet.
        """
        return Clock(row=self.limits.row(name, moment), start=moment, profile=self.profile())

    def calendar_of(self, row: LimitRow) -> Calendar:
        """The calendar a limit is counted in."""
        return self.calendar(row.calendar)


def _files(folder: Path) -> dict[str, bytes]:
    return {f"{folder.name}/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.toml"))}
