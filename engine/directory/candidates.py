"""From an expression and a place to the groups and people who may take a task, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.directory.expression import ABOVE, HERE, Alternative, parse
from engine.directory.identity import group_name
from engine.directory.index import Index
from engine.directory.records import Unit
from engine.errors import BihuanError, Message


class StaffingGap(BihuanError):
    """Nobody is there to take a task: an incident for the case, work for whoever keeps the directory."""

    default_code: ClassVar[str] = "directory.gap"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Why nobody is there.

    code: `place` (no such place at that moment), `level` (the place is wider than the level), `department` (the
    area has none of that kind), `nobody` (the groups have no member who is there), `separated` (all of them are
    kept apart from the task). unit: where somebody is missing, as far as known.
    """

    code: str
    expression: str
    place: str
    unit: str | None
    name: str

    @property
    def message(self) -> Message:
        """The gap in a sentence."""
        zh, en = _REASONS[self.code]
        where = self.name or self.place
        return Message(zh=f"{where} {self.expression}：{zh}", en=f"{where} {self.expression}: {en}")

    def error(self) -> StaffingGap:
        """The gap as an error."""
        message = self.message
        place = {"unit": self.unit or self.place, "expression": self.expression}
        return StaffingGap(
            code=f"directory.gap.{self.code}", message_zh=message.zh, message_en=message.en, place=place
        )


_REASONS = {
    "place": ("没有这个单位", "there is no such unit"),
    "level": ("所在单位高于这一层级", "the place is wider than this level"),
    "department": ("没有这类部门", "there is no such department"),
    "nobody": ("没有在岗人员", "nobody is there"),
    "separated": ("在岗人员都须回避", "everybody there must keep away from it"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """Who may take a task. people: those there to take it. With a gap, the groups are where staff is missing."""

    groups: tuple[str, ...]
    people: tuple[str, ...]
    gap: Gap | None
    version: int

    def to_wire(self) -> dict[str, Any]:
        """What a case records of it; people come and go, so only whether there are any."""
        gap = self.gap
        return {
            "groups": list(self.groups),
            "gap": None if gap is None else [gap.code, gap.unit, gap.name],
            "version": self.version,
        }


def resolve(
    index: Index, expression: str, place: str, at: int, *, separated_from: Collection[str] = ()
) -> Candidates:
    """Who may take a task of a case at `place` (a unit's id) at a moment.

    separated_from: people who may not (separation of duties). Of several alternatives the first with staff is
    taken; when none has any, the first, with its gap. Raises InvalidInput for a wrong expression.
    """
    first: Candidates | None = None
    for alternative in parse(expression, index.vocabulary):
        found = _resolve(index, alternative, expression, place, at, separated_from)
        if found.gap is None:
            return found
        first = first or found
    assert first is not None
    return first


def staffing_gaps(
    index: Index, expressions: Sequence[str], at: int, *, within: str | None = None
) -> list[Gap]:
    """Where an expression finds nobody, for places at the ends of the tree; each missing unit once.

    within: only below this unit. Raises InvalidInput for a wrong expression.
    """
    found: dict[tuple[str, str, str], Gap] = {}
    for place in _ends(index, at, within):
        for expression in expressions:
            gap = resolve(index, expression, place.id, at).gap
            if gap is not None:
                found.setdefault((expression, gap.code, gap.unit or ""), gap)
    return list(found.values())


def may_act(person: str, separated_from: Collection[str], *, behalf_of: str | None = None) -> bool:
    """Separation of duties: whether somebody may act on what these people must not act on.

    Who acts on behalf of another acts as both, so nobody gets around it through a stand-in (DOMAIN §2: the
    handler never does the follow-up).
    """
    return person not in separated_from and behalf_of not in separated_from


def _resolve(
    index: Index, alternative: Alternative, expression: str, place: str, at: int, separated: Collection[str]
) -> Candidates:
    def answer(
        groups: Sequence[str], people: Sequence[str], code: str | None, unit: Unit | None
    ) -> Candidates:
        gap = None
        if code is not None:
            where, name = (None, "") if unit is None else (unit.id, unit.name)
            gap = Gap(code=code, expression=expression, place=place, unit=where, name=name)
        return Candidates(groups=tuple(groups), people=tuple(people), gap=gap, version=index.version)

    if index.unit(place, at) is None:
        return answer((), (), "place", None)
    area = _area(index, alternative.level, place, at)
    if area is None:
        return answer((), (), "level", index.unit(place, at))
    units = [area]
    if alternative.department is not None:
        units = index.departments(area.id, alternative.department, at)
        if not units:
            return answer((), (), "department", area)
    groups = [group_name(unit.id, alternative.role) for unit in units]
    there = [occupant for group in groups for occupant in index.occupants(group, at)]
    if not there:
        return answer(groups, (), "nobody", units[0])
    people = sorted({person for person, behalf in there if may_act(person, separated, behalf_of=behalf)})
    return answer(groups, people, None if people else "separated", units[0])


def _area(index: Index, level: str, place: str, at: int) -> Unit | None:
    if level not in (HERE, ABOVE):
        return index.area_at(place, level, at)
    areas = [row for row in index.ancestors(place, at) if row.department is None]
    return next(iter(areas[1:] if level == ABOVE else areas), None)


def _ends(index: Index, at: int, within: str | None) -> Iterator[Unit]:
    """The areas without areas below."""
    roots = [within] if within is not None else [unit.id for unit in index.children("", at)]
    for root in roots:
        for unit in index.descendants(root, at):
            inner = any(child.department is None for child in index.children(unit.id, at))
            if unit.department is None and not inner:
                yield unit
