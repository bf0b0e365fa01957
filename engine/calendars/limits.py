"""Limits as rows: from what to what a clock runs, for how long, and what happens when it runs out (DOMAIN §1.3)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final

from engine import canonical
from engine.calendars.limit import Limit
from engine.canonical import Wire
from engine.errors import InvalidInput, NotFound

_VERSION_LENGTH: Final = 16


class Profile(StrEnum):
    """The duty profile a place is under: 平时, 特殊, 战时."""

    NORMAL = "normal"
    SPECIAL = "special"
    WARTIME = "wartime"


class Origin(StrEnum):
    """Where a limit comes from: a law's article, published practice, or a default an operator may change."""

    LAW = "law"
    PRACTICE = "practice"
    DEFAULT = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseRule:
    """A reason for which a clock may stand still: how long at the longest each time, and how often."""

    reason: str
    longest: Limit | None = None
    times: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionRule:
    """How a limit may be extended: by whom, by how much at the longest each time, and how often.

    approver: level and role as for candidates, such as `县/指挥平台`; another word (`parties`) names nobody of the
    directory, and nobody is held against it.
    """

    approver: str
    longest: Limit | None = None
    times: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """What happens when a limit has run out: at once, or so long after the due moment. to: who is told."""

    action: str
    after: Limit | None = None
    to: str = ""


@dataclass(frozen=True, kw_only=True)
class LimitRow:
    """One version of a limit.

    name: stable name, such as `whistle.emergency.check_in`. title, title_en: for people. starts_at, stops_at: the
    events that start and stop the clock. limit: its length in peace; profiles: its length under other duty profiles.
    calendar: the calendar's name. pauses, extension, reminders (percent of the limit, ascending), breach: as their
    types say. restarts: whether a return of the task starts the clock anew. origin, article: its source; a law
    always with its article. effective_from: the moment from which clocks start under it.
    """

    name: str
    title: str
    title_en: str
    starts_at: str
    stops_at: str
    limit: Limit
    calendar: str
    origin: Origin
    effective_from: int
    article: str = ""
    profiles: Mapping[Profile, Limit] = field(default_factory=lambda: MappingProxyType({}))
    pauses: tuple[PauseRule, ...] = ()
    extension: ExtensionRule | None = None
    reminders: tuple[int, ...] = ()
    breach: tuple[Breach, ...] = ()
    restarts: bool = False

    @cached_property
    def version(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the content."""
        return canonical.digest(canonical.dumps(self.wire())).hex()[:_VERSION_LENGTH]

    def under(self, profile: Profile) -> Limit:
        """Its length under a duty profile."""
        return self.profiles.get(profile, self.limit)

    def wire(self) -> Wire:
        """The row in wire form."""
        return {
            "name": self.name,
            "title": self.title,
            "title_en": self.title_en,
            "starts_at": self.starts_at,
            "stops_at": self.stops_at,
            "limit": str(self.limit),
            "calendar": self.calendar,
            "origin": str(self.origin),
            "article": self.article,
            "effective_from": self.effective_from,
            "profiles": {str(profile): str(limit) for profile, limit in sorted(self.profiles.items())},
            "pauses": [[each.reason, _text(each.longest), each.times] for each in self.pauses],
            "extension": _extension(self.extension),
            "reminders": list(self.reminders),
            "breach": [[each.action, _text(each.after), each.to] for each in self.breach],
            "restarts": self.restarts,
        }


def _extension(rule: ExtensionRule | None) -> Wire:
    return None if rule is None else [rule.approver, _text(rule.longest), rule.times]


def _text(limit: Limit | None) -> str | None:
    return None if limit is None else str(limit)


class Limits:
    """All rows of all limits, old versions included.

    Raises InvalidInput when two rows of a name take effect at the same moment.
    """

    def __init__(self, rows: Iterable[LimitRow]) -> None:
        self._by_name: dict[str, list[LimitRow]] = {}
        for row in rows:
            self._by_name.setdefault(row.name, []).append(row)
        for name, versions in self._by_name.items():
            versions.sort(key=lambda row: row.effective_from)
            moments = [row.effective_from for row in versions]
            if len(set(moments)) != len(moments):
                raise InvalidInput.at(
                    name,
                    message_zh="两个版本的生效时间相同",
                    message_en="two versions take effect at the same moment",
                )
        self._by_version = {row.version: row for rows in self._by_name.values() for row in rows}

    def names(self) -> tuple[str, ...]:
        """The names of all limits, in order."""
        return tuple(sorted(self._by_name))

    def rows(self) -> tuple[LimitRow, ...]:
        """Every row, by name and then by the moment it takes effect."""
        return tuple(row for name in self.names() for row in self._by_name[name])

    def row(self, name: str, moment: int) -> LimitRow:
        """The row of a limit under which a clock starts at `moment` (microseconds since 1970 UTC).

        Raises NotFound when there is no such limit, or none yet.
        """
        rows = self._by_name.get(name)
        if rows is None:
            raise NotFound(
                code="limit.unknown",
                message_zh=f"没有名为“{name}”的时限",
                message_en=f"there is no limit named {name!r}",
            )
        place = bisect_right(rows, moment, key=lambda row: row.effective_from)
        if place == 0:
            raise NotFound(
                code="limit.not_yet",
                message_zh=f"时限“{name}”当时尚未生效",
                message_en=f"the limit {name!r} was not in effect then",
            )
        return rows[place - 1]

    def version(self, version: str) -> LimitRow:
        """The row a clock started under. Raises NotFound."""
        try:
            return self._by_version[version]
        except KeyError:
            raise NotFound(
                code="limit.version",
                message_zh=f"没有版本为“{version}”的时限",
                message_en=f"there is no limit of version {version!r}",
            ) from None
