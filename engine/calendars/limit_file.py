"""Limits as an operator writes them: one `[[limit]]` for each version of each limit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engine.calendars.config_text import ConfigProblems, Entries, Mistake, Problem, Source
from engine.calendars.limit import Limit
from engine.calendars.limits import Breach, ExtensionRule, LimitRow, Limits, Origin, PauseRule, Profile
from engine.errors import InvalidInput

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9][a-z0-9_]*)+")
_EVENT: Final = re.compile(r"[a-z][a-z0-9_.]*")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
_REMINDERS: Final = 100


def read_limits(files: Mapping[str, bytes], calendars: Mapping[str, str]) -> Limits:
    """Read all limit files together.

    files: contents (TOML) by name. calendars: the zone of each calendar a limit may name; a date in
    `effective_from` is the midnight in that zone. Raises ConfigProblems listing every mistake with file, line, key.
    """
    rows: list[LimitRow] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, int], str] = {}
    for file in sorted(files):
        source = Source(file, files[file])
        for path, entries in _tables(source, problems):
            try:
                row = _row(entries, calendars)
                if (row.name, row.effective_from) in seen:
                    entries.wrong(
                        "effective_from",
                        f"“{row.name}”已有同日生效的版本（{seen[row.name, row.effective_from]}）",
                        f"{row.name!r} has a version of the same date in {seen[row.name, row.effective_from]}",
                    )
            except Mistake as mistake:
                problems.append(source.problem(mistake))
                continue
            except InvalidInput as error:
                problems.append(source.problem(Mistake(path, error.message_zh, error.message_en)))
                continue
            seen[row.name, row.effective_from] = file
            rows.append(row)
    if problems:
        raise ConfigProblems(problems)
    return Limits(rows)


def _tables(source: Source, problems: list[Problem]) -> list[tuple[tuple[str | int, ...], Entries]]:
    try:
        top = Entries(source.table, ())
        tables = [(entries.path, entries) for entries in top.tables("limit")]
        top.done()
    except Mistake as mistake:
        problems.append(source.problem(mistake))
        return []
    return tables


def _row(entries: Entries, calendars: Mapping[str, str]) -> LimitRow:
    name = entries.text("name")
    if _NAME.fullmatch(name) is None:
        entries.wrong("name", "应如 whistle.emergency.check_in", "must be like whistle.emergency.check_in")
    calendar = entries.choice("calendar", sorted(calendars), "cn")
    origin = Origin(entries.choice("source", [str(each) for each in Origin]))
    article = entries.text("article", " ").strip()
    if (origin is Origin.LAW) is not bool(article) and origin is not Origin.PRACTICE:
        entries.wrong(
            "article", "法定时限须写明条文，其余不写", "a law needs its article, a default has none"
        )
    row = LimitRow(
        name=name,
        title=entries.text("title"),
        title_en=entries.text("title_en"),
        starts_at=_event(entries, "starts_at"),
        stops_at=_event(entries, "stops_at"),
        limit=_limit_of(entries),
        calendar=calendar,
        origin=origin,
        article=article,
        effective_from=_moment(entries, ZoneInfo(calendars[calendar])),
        profiles=_profiles(entries),
        pauses=tuple(_pause(each) for each in entries.tables("pauses")),
        extension=_extension(entries.table("extension")),
        reminders=_reminders(entries),
        breach=tuple(_breach(each) for each in entries.tables("breach")),
        restarts=_flag(entries, "restarts"),
    )
    entries.done()
    _distinct(entries, [each.reason for each in row.pauses])
    return row


def _event(entries: Entries, key: str) -> str:
    text = entries.text(key)
    if _EVENT.fullmatch(text) is None:
        entries.wrong(key, "应如 whistle.dispatched", "must be like whistle.dispatched")
    return text


def _limit_of(entries: Entries) -> Limit:
    unit = entries.text("unit")
    try:
        return Limit.of(entries.get("value"), unit)
    except InvalidInput as error:
        (key,) = error.fields
        message = error.fields[key][0]
        raise Mistake((*entries.path, key), message.zh, message.en) from None


def _limit(entries: Entries, key: str) -> Limit:
    try:
        return Limit.parse(entries.text(key))
    except InvalidInput as error:
        message = next(iter(error.fields.values()))[0]
        raise Mistake((*entries.path, key), message.zh, message.en) from None


def _moment(entries: Entries, zone: ZoneInfo) -> int:
    day = entries.day("effective_from")
    if day is None:
        entries.wrong("effective_from", "缺少", "is missing")
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight - _EPOCH) // timedelta(microseconds=1)


def _profiles(entries: Entries) -> Mapping[Profile, Limit]:
    table = entries.table("profiles")
    if table is None:
        return {}
    names = [str(each) for each in Profile if each is not Profile.NORMAL]
    for name in table.names():
        if name not in names:
            table.wrong(name, f"应是 {'、'.join(names)} 之一", f"must be one of {', '.join(names)}")
    return {Profile(name): _limit(table, name) for name in table.names()}


def _pause(entries: Entries) -> PauseRule:
    rule = PauseRule(
        reason=_event(entries, "reason"),
        longest=_limit(entries, "longest") if entries.has("longest") else None,
        times=entries.whole("times", 0) or None,
    )
    entries.done()
    return rule


def _extension(entries: Entries | None) -> ExtensionRule | None:
    if entries is None:
        return None
    rule = ExtensionRule(
        approver=entries.text("approver"),
        longest=_limit(entries, "longest") if entries.has("longest") else None,
        times=entries.whole("times", 1),
    )
    entries.done()
    return rule


def _reminders(entries: Entries) -> tuple[int, ...]:
    percents = entries.numbers("reminders")
    if list(percents) != sorted(set(percents)) or any(not 0 < each <= _REMINDERS for each in percents):
        entries.wrong(
            "reminders", "应是 1 到 100 之间递增的百分数", "must be ascending percentages from 1 to 100"
        )
    return percents


def _breach(entries: Entries) -> Breach:
    breach = Breach(
        action=_event(entries, "action"),
        after=_limit(entries, "after") if entries.has("after") else None,
        to=entries.text("to", " ").strip(),
    )
    entries.done()
    return breach


def _flag(entries: Entries, key: str) -> bool:
    value = entries.get(key)
    if value is not None and not isinstance(value, bool):
        entries.wrong(key, "应是 true 或 false", "must be true or false")
    return bool(value)


def _distinct(entries: Entries, reasons: Collection[str]) -> None:
    if len(set(reasons)) != len(reasons):
        entries.wrong("pauses", "同一原因出现两次", "a reason is there twice")
