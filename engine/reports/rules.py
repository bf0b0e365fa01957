"""What counts as what: `reports.toml`, the operator's table from elements and answers to what indicators count."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.errors import InvalidInput
from engine.misreading import reason

FILE: Final = "reports.toml"
FOLD: Final = 3
"""Version of how facts are made of a log; a higher one makes all facts anew."""

MARKS: Final = frozenset({"not_accepted", "rework", "reopening", "raised", "performed", "unperformed"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What a user task counts as. answers: field → value → class. attempts: after how many a follow-up ends."""

    element: str
    role: str
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    solved: str = ""
    satisfaction: str = ""
    score: str = ""
    attempts: int | None = None

    def answer(self, values: Mapping[str, Any]) -> str:
        """The class of what was entered; empty where it says nothing."""
        for name, classes in self.answers.items():
            given = values.get(name)
            word = str(given).lower() if isinstance(given, bool) else given
            if isinstance(word, str) and word in classes:
                return classes[word]
        return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Weekly:
    """How 周通报 is issued. legal_basis: stated by who switches it on. levels: of the units whose reports are issued.

    measures: indicators added up to a unit's result. smallest_cases: so many of them at least for a place.
    smallest_units: so many units with a place at least for praise and criticism. streak: criticisms in a row that
    call for an interview.
    """

    enabled: bool = False
    legal_basis: str = ""
    levels: tuple[str, ...] = ("county", "town")
    measures: tuple[str, ...] = ("on_time", "solved", "satisfied")
    smallest_cases: int = 5
    smallest_units: int = 3
    streak: int = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The table. version: of the file together with how facts are made."""

    version: str
    calendar: str
    reopen_days: int
    attempts: int
    ranked: frozenset[str]
    uncounted: frozenset[str]
    given_up: frozenset[str]
    excluded_categories: tuple[str, ...]
    outcomes: Mapping[str, str]
    marks: Mapping[str, frozenset[str]]
    processes: Mapping[str, str]
    confirmation: Mapping[str, Any]
    satisfaction: Mapping[str, str]
    steps: Mapping[str, Step]
    weekly: Weekly
    honesty: Mapping[str, tuple[str, ...]]

    def satisfied(self, word: Any) -> str:
        """satisfied, fairly, dissatisfied; empty for what was not stated (未表态)."""
        return self.satisfaction.get(word, "") if isinstance(word, str) else ""

    def confirmed(self, variables: Mapping[str, Any]) -> bool:
        """Whether a court confirmed the agreement, by the variables of the case."""
        found = variables.get(self.confirmation.get("variable", ""))
        return (
            isinstance(found, dict)
            and found.get("kind") == self.confirmation.get("kind")
            and found.get("answer") in self.confirmation.get("answers", ())
        )


def load_rules(config: Path) -> Rules:
    """Read the table of a folder. Raises InvalidInput naming what is wrong with it."""
    path = config / FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _refused(FILE, f"无法读取：{reason(error).zh}", f"cannot be read: {reason(error).en}") from None
    return read_rules(data)


def read_rules(data: bytes) -> Rules:
    """The table from TOML. Raises InvalidInput naming what is wrong with it."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
        marks = {name: frozenset(given) for name, given in table.get("passed", {}).items()}
        unknown = set(marks) - MARKS
        if unknown:
            raise _refused(f"passed.{min(unknown)}", "没有这一项", "is no entry")
        return Rules(
            version=f"{FOLD}-{hashlib.sha256(data).hexdigest()[:12]}",
            calendar=table["calendar"],
            reopen_days=int(table.get("reopen_days", 180)),
            attempts=int(table.get("attempts", 3)),
            ranked=frozenset(key for key, flow in table.get("flows", {}).items() if flow.get("ranked")),
            uncounted=frozenset(
                key for key, flow in table.get("flows", {}).items() if not flow.get("counted", True)
            ),
            given_up=frozenset(table.get("given_up", ())),
            excluded_categories=tuple(table.get("excluded", {}).get("satisfaction_categories", ())),
            outcomes=dict(table.get("outcomes", {})),
            marks=marks,
            processes={key: kind for kind, keys in table.get("processes", {}).items() for key in keys},
            confirmation=dict(table.get("confirmation", {})),
            satisfaction={word: kind for kind, words in table["satisfaction"].items() for word in words},
            steps={entry["element"]: Step(**entry) for entry in table.get("step", ())},
            weekly=_weekly(table.get("weekly", {})),
            honesty={name: tuple(given) for name, given in table.get("honesty", {}).items()},
        )
    except (
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
    ) as error:
        raise _refused(FILE, f"内容不对：{reason(error).zh}", f"is not sound: {reason(error).en}") from None


def _weekly(given: Mapping[str, Any]) -> Weekly:
    lists = {name: tuple(given[name]) for name in ("levels", "measures") if name in given}
    weekly = Weekly(**{**given, **lists})
    if weekly.enabled and not weekly.legal_basis.strip():
        raise _refused(
            "weekly.legal_basis", "打开周通报须写明依据", "switching the report on needs a stated basis"
        )
    return weekly


def _refused(place: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        code="reports.rules",
        message_zh=f"{FILE}：{place}：{zh}",
        message_en=f"{FILE}: {place}: {en}",
        place={"file": FILE, "key": place},
    )
