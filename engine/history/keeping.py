"""How long cases are kept after they ended: `[[cases]]` in retention.toml, an operator's file.

The first rule that fits a case decides; a case that none fits is kept for ever.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from engine.cases.headers import GRADES
from engine.errors import InvalidInput
from engine.misreading import reason
from engine.retention import FILE
from engine.store.tables import UNGRADED

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST: Final = 200
_KNOWN: Final = {"name", "flow", "categories", "grades", "request_types", "years", "permanent"}
_GRADES: Final = {**GRADES, "unassessed": UNGRADED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeping:
    """A rule. flow: key of the process. years: None for ever.

    categories, grades (ranks), request_types: of the case; none: any.
    """

    name: str
    flow: str
    categories: tuple[str, ...] = ()
    grades: tuple[int, ...] = ()
    request_types: tuple[str, ...] = ()
    years: int | None = None

    def fits(self, flow: str, category: str, grade: int, request_type: str) -> bool:
        """Whether it is about a case that ended so. grade: its rank."""
        return (
            self.flow == flow
            and (
                not self.categories or any(f"{category}/".startswith(f"{each}/") for each in self.categories)
            )
            and (not self.grades or grade in self.grades)
            and (not self.request_types or request_type in self.request_types)
        )

    def over(self, ended_at: int) -> int | None:
        """When the time of a case that ended then is over; None for never. Microseconds since 1970 UTC."""
        if self.years is None:
            return None
        ended = _EPOCH + timedelta(microseconds=ended_at)
        try:
            over = ended.replace(year=ended.year + self.years)
        except ValueError:
            # 29 February has no namesake: the day after counts, never an earlier one.
            over = ended.replace(year=ended.year + self.years, month=3, day=1)
        since = over - _EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def load_keeping(config: Path) -> tuple[Keeping, ...]:
    """The rules in a folder; none when there is no file. Raises InvalidInput naming the rule that is wrong."""
    path = config / FILE
    if not path.exists():
        return ()
    try:
        given = tomllib.loads(path.read_text("utf-8")).get("cases", [])
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput.at(
            FILE,
            message_zh=f"不是有效的 TOML：{reason(error).zh}",
            message_en=f"not valid TOML: {reason(error).en}",
        ) from error
    return tuple(_rule(each, number) for number, each in enumerate(given, start=1))


def _rule(given: Mapping[str, Any], number: int) -> Keeping:
    years = given.get("years")
    permanent = given.get("permanent", False)
    grades = given.get("grades", [])
    sound = (
        given.keys() <= _KNOWN
        and all(isinstance(given.get(each), str) and given[each] for each in ("name", "flow"))
        and all(_is_words(given.get(each, [])) for each in ("categories", "request_types"))
        and isinstance(grades, list)
        and all(isinstance(each, str) and each in _GRADES for each in grades)
        and (
            (permanent is True and years is None)
            or (permanent is False and type(years) is int and 1 <= years <= LONGEST)
        )
    )
    if not sound:
        raise InvalidInput.at(
            f"{FILE}: cases[{number}]",
            message_zh="应写明 name、flow，以及 years（1 以上的整数）或 permanent = true；grades 只能是 red、orange、yellow、unassessed",
            message_en="needs name, flow, and years (a whole number from 1) or permanent = true; grades are red, orange, "
            "yellow and unassessed",
        )
    return Keeping(
        name=given["name"],
        flow=given["flow"],
        categories=tuple(given.get("categories", [])),
        grades=tuple(_GRADES[each] for each in grades),
        request_types=tuple(given.get("request_types", [])),
        years=years,
    )


def _is_words(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(each, str) for each in found)
