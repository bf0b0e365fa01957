"""The directory as cases read it: answers small enough to be recorded, and the FEEL functions that ask for them.

A provider never raises and never touches the database: it answers from the index the process holds, with its
version, and a wrong question gets an answer that says so. What is recorded is therefore all a replay needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.directory.candidates import Candidates, Gap, resolve
from engine.directory.directory import Directory
from engine.directory.index import Index
from engine.errors import InvalidInput

CANDIDATES = "directory.candidates"
UNIT = "directory.unit"
PEOPLE = "directory.people"
GROUPS = "directory.groups"
STANDS_IN = "directory.stands_in"

Read = Callable[[str, Any], Any]
"""The port of a case to the world outside: kind and key to the recorded answer."""


def providers(directory: Directory) -> Mapping[str, Callable[[Any], Any]]:
    """What the port asks the directory, by kind; `at` is the case clock in microseconds.

    - `directory.candidates` [expression, place, at, [people kept apart]] → {groups, gap, version}
    - `directory.unit` [place, level, department or None, at] → {unit, version}
    - `directory.people` [group, at] → {people, version}
    - `directory.groups` [person, at] → {groups, version}
    - `directory.stands_in` [person, absent, at] → {roles, version}: in which roles; `*` for all

    An expression or a word that is not understood is answered with {refused: [zh, en], version}.
    """

    def answering(answer: Callable[..., dict[str, Any]]) -> Callable[[Any], Any]:
        def provide(key: Any) -> Any:
            index = directory.index
            try:
                found = answer(index, *key)
            except InvalidInput as error:
                found = {"refused": [error.message_zh, error.message_en]}
            return {**found, "version": index.version}

        return provide

    return {
        CANDIDATES: answering(_candidates),
        UNIT: answering(_unit),
        PEOPLE: answering(lambda index, group, at: {"people": index.members(group, at)}),
        GROUPS: answering(lambda index, person, at: {"groups": index.groups_of(person, at)}),
        STANDS_IN: answering(_stands_in),
    }


def functions(read: Read, at: int) -> Mapping[str, Callable[..., Any]]:
    """The directory's FEEL functions for a command at case time `at`, asking through the port.

    - `candidates(expression, place, separated from)`: names of candidate groups; `expression` may be a list,
      `separated from` a list of people who must not take the task. Raises StaffingGap when nobody is there.
    - `unit(place, level, department)`: the id of the area of that level the place lies in or, with the third
      argument, of its first department of that kind; null when there is none, or no directory.
    - `members(group)`: the ids of those who are there, for instances one for each person; none without a directory.

    All raise InvalidInput for words the directory does not know.
    """

    def candidates(expression: Any, place: Any, separated_from: Any = None) -> list[str]:
        apart = sorted({str(person) for person in _listed(separated_from)})
        groups: list[str] = []
        for one in _listed(expression):
            answer = _checked(read(CANDIDATES, [str(one), _text(place), at, apart]))
            if answer["gap"] is not None:
                code, unit, name = answer["gap"]
                raise Gap(code=code, expression=str(one), place=_text(place), unit=unit, name=name).error()
            groups += answer["groups"]
        return list(dict.fromkeys(groups))

    def unit(place: Any, level: Any, department: Any = None) -> Any:
        kind = None if department is None else str(department)
        answer = read(UNIT, [_text(place), str(level), kind, at])
        return None if answer is None else _checked(answer)["unit"]

    def members(group: Any) -> Any:
        answer = read(PEOPLE, [_text(group), at])
        return [] if answer is None else _checked(answer)["people"]

    return {"candidates": candidates, "unit": unit, "members": members}


def _candidates(index: Index, expression: str, place: str, at: int, apart: list[str]) -> dict[str, Any]:
    found: Candidates = resolve(index, expression, place, at, separated_from=apart)
    return found.to_wire()


def _unit(index: Index, place: str, level: str, department: str | None, at: int) -> dict[str, Any]:
    known = index.vocabulary.levels.find(level)
    if known is None:
        raise _unknown("层级", "level", level)
    area = index.area_at(place, known.code, at)
    if department is None or area is None:
        return {"unit": None if area is None else area.id}
    kind = index.vocabulary.departments.find(department)
    if kind is None:
        raise _unknown("部门类别", "kind of department", department)
    found = index.departments(area.id, kind.code, at)
    return {"unit": found[0].id if found else None}


def _stands_in(index: Index, person: str, absent: str, at: int) -> dict[str, Any]:
    rows = index.standing_in(person, at)
    return {"roles": sorted({row.role for row in rows if row.absent == absent})}


def _unknown(zh: str, en: str, word: str) -> InvalidInput:
    return InvalidInput(
        code="directory.word", message_zh=f"没有{zh}“{word}”", message_en=f'there is no {en} "{word}"'
    )


def _checked(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer
    if "refused" in found:
        zh, en = found["refused"]
        raise InvalidInput(code="directory.expression", message_zh=zh, message_en=en)
    return found


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
