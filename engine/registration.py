"""What staff may register, and what of it is known before anybody types: an operator's list (config/registration.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.directory import Index
from engine.errors import InvalidInput
from engine.misreading import reason

FILE: Final = "registration.toml"
NOW: Final = "@now"
"""Stands for the moment of filling in, which only who fills in knows."""

_LEAD: Final = "village_lead"
_TEXTS: Final = ("process", "step", "icon", "zh", "en", "hint_zh", "hint_en")
_REQUIRED: Final = ("process", "step", "zh", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing to register: a process, its first step, for whom, with which known values; see the file.

    aside: optional fields that are not asked for at once.
    """

    process: str
    step: str
    zh: str
    en: str
    roles: frozenset[str]
    icon: str = ""
    hint_zh: str = ""
    hint_en: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    aside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """An entry at a place of somebody. variables: what the case starts with. values: known values of the form."""

    entry: Entry
    place: str
    place_name: str
    variables: Mapping[str, Any]
    values: Mapping[str, Any]


def read_entries(config: Path) -> tuple[Entry, ...]:
    """The entries of a settings folder; none without the file. Raises InvalidInput naming what is wrong."""
    path = config / FILE
    if not path.exists():
        return ()
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput.at(
            FILE,
            message_zh=f"不是有效的 TOML：{reason(error).zh}",
            message_en=f"not valid TOML: {reason(error).en}",
        ) from error
    return tuple(_entry(row, number) for number, row in enumerate(given.get("entry", []), 1))


def offers(entries: tuple[Entry, ...], index: Index, person: str, at: int) -> list[Offer]:
    """What somebody may register, once for each of their posts that fits."""
    found = []
    for entry in entries:
        for post in index.posts(person, at):
            if post.membership.role in entry.roles and post.behalf_of is None:
                found.append(_offer(entry, index, person, post.membership.unit, at))
    return found


def _entry(row: Mapping[str, Any], number: int) -> Entry:
    known = {*_TEXTS, "roles", "values", "aside"}
    wrong = [name for name in row if name not in known]
    wrong += [name for name in _REQUIRED if not isinstance(row.get(name), str)]
    if wrong:
        raise InvalidInput.at(
            f"{FILE}: entry {number}: {wrong[0]}",
            message_zh="没有这一项，或者缺少、写错",
            message_en="is no entry, is missing or is of the wrong kind",
        )
    texts = {name: str(row[name]) for name in _TEXTS if name in row}
    return Entry(
        **texts,
        roles=frozenset(row.get("roles", ())),
        values=dict(row.get("values", {})),
        aside=tuple(str(name) for name in row.get("aside", ())),
    )


def _offer(entry: Entry, index: Index, person: str, place: str, at: int) -> Offer:
    unit, who = index.unit(place, at), index.person(person, at)
    above = index.ancestors(place, at)
    village = next((each.id for each in above if each.level == "village" and each.department is None), None)
    root = above[-1].id if above else place
    units = [
        {"label": each.name, "value": each.department}
        for each in index.children(root, at)
        if each.department is not None
    ]
    leads = index.members(f"unit:{village}/{_LEAD}", at) if village else []
    words = {
        "@name": who.name if who else person,
        "@place": place,
        "@village": village,
        "@village_lead": leads[0] if leads else None,
    }
    values = {
        name: words.get(value, value) if isinstance(value, str) else value
        for name, value in entry.values.items()
    }
    return Offer(
        entry=entry,
        place=place,
        place_name=unit.name if unit else place,
        variables={"grid": place, "village": village, "units": units},
        values={name: value for name, value in values.items() if value is not None},
    )
