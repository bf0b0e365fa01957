"""The words of the organisation: levels, kinds of departments and roles, as an operator writes them (TOML)."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Generic, Protocol, TypeVar

from engine.directory.identity import is_code
from engine.errors import InvalidInput
from engine.misreading import reason

ANY: Final = "*"
"""Stands for every role that acts on cases."""


class Sees(StrEnum):
    """Which cases a role sees without being involved: DOMAIN §2, column "sees"."""

    AREA = "area"
    UNIT = "unit"
    NONE = "none"


class Confidentiality(StrEnum):
    """普通, 敏感, 保密; each clearance covers the ones before it."""

    NORMAL = "normal"
    SENSITIVE = "sensitive"
    CONFIDENTIAL = "confidential"

    @property
    def rank(self) -> int:
        """0 for normal, higher for what fewer people see."""
        return _RANKS[self]

    def covers(self) -> tuple[Confidentiality, ...]:
        """What a person cleared up to here may see."""
        return tuple(level for level in Confidentiality if level.rank <= self.rank)


_RANKS: Final = {level: rank for rank, level in enumerate(Confidentiality)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """A level of the tree; `rank` is 0 for the widest."""

    code: str
    names: tuple[str, ...]
    rank: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Department:
    """A kind of department, such as the mediation committees."""

    code: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """A role and what it sees.

    at: its Chinese name at units of a level, by the level's code, where that is not the first of `names`.
    clearance: the highest confidentiality among the cases `sees` opens; addressed: among those addressed to the
    unit. acts: whether it handles cases, so that it can be a candidate.
    """

    code: str
    names: tuple[str, ...]
    sees: Sees
    clearance: Confidentiality
    addressed: Confidentiality
    acts: bool
    at: Mapping[str, str] = field(default_factory=dict)

    def called(self, level: str | None) -> str:
        """Its Chinese name at a unit of a level."""
        return self.at.get(level or "", self.names[0])


class _Word(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def names(self) -> tuple[str, ...]: ...


W = TypeVar("W", bound=_Word)


class Words(Generic[W]):
    """Words of one kind, found by code or by any of their names."""

    def __init__(self, words: Iterable[W]) -> None:
        self.by_code: Mapping[str, W] = {word.code: word for word in words}
        self._by_name = {name: word for word in self.by_code.values() for name in (word.code, *word.names)}

    def find(self, name: str) -> W | None:
        """The word of that code or name; None when there is none."""
        return self._by_name.get(name)

    def __getitem__(self, code: str) -> W:
        return self.by_code[code]

    def __iter__(self) -> Any:
        return iter(self.by_code.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """All words of an organisation. `levels` go from the widest to the narrowest."""

    levels: Words[Level]
    departments: Words[Department]
    roles: Words[Role]
    acting: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        acting = frozenset(role.code for role in self.roles if role.acts)
        object.__setattr__(self, "acting", acting)


def read_vocabulary(content: bytes) -> Vocabulary:
    """Read a vocabulary from TOML (see config/directory.toml).

    Raises InvalidInput naming the entry for a missing or unknown key, a doubled name or a value not understood.
    """
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(
            code="directory.vocabulary",
            message_zh=f"directory.toml：不是有效的 TOML：{reason(error).zh}",
            message_en=f"directory.toml: not TOML: {reason(error).en}",
        ) from None
    sections = {name: _section(data, name) for name in ("levels", "departments", "roles")}
    unknown = sorted(set(data) - set(sections))
    if unknown:
        raise _refused(unknown[0], "不认识的部分", "an unknown section")
    levels = [
        Level(code=entry.code, names=entry.names, rank=rank) for rank, entry in enumerate(sections["levels"])
    ]
    departments = [Department(code=entry.code, names=entry.names) for entry in sections["departments"]]
    _check_apart(sections)
    for entry in (*sections["levels"], *sections["departments"]):
        entry.only()
    return Vocabulary(
        levels=Words(levels),
        departments=Words(departments),
        roles=Words(_role(entry, {level.code for level in levels}) for entry in sections["roles"]),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    place: str
    code: str
    names: tuple[str, ...]
    rest: Mapping[str, Any]

    def only(self, *known: str) -> None:
        for name in self.rest:
            if name not in known:
                raise _refused(f"{self.place}.{name}", "不认识的项", "an unknown key")

    def one_of(self, name: str, kind: type[StrEnum]) -> Any:
        value = self.rest.get(name)
        if value not in set(kind):
            listed = ", ".join(kind)
            raise _refused(f"{self.place}.{name}", f"应为 {listed} 之一", f"must be one of {listed}")
        return kind(value)


def _section(data: Mapping[str, Any], name: str) -> list[_Entry]:
    items = data.get(name)
    if not isinstance(items, list) or not items:
        raise _refused(name, "须有至少一项", "needs at least one entry")
    return [_entry(f"{name}[{number}]", item) for number, item in enumerate(items, start=1)]


def _entry(place: str, item: Any) -> _Entry:
    if not isinstance(item, dict):
        raise _refused(place, "应为一组键值", "must be a table")
    rest = dict(item)
    code, zh, en = rest.pop("code", None), rest.pop("zh", None), rest.pop("en", None)
    if not isinstance(code, str) or not is_code(code):
        raise _refused(f"{place}.code", "应为字母、数字、._- 组成的代码", "must be letters, digits, ._-")
    if not isinstance(zh, list) or not zh or not all(isinstance(name, str) and name for name in zh):
        raise _refused(f"{place}.zh", "应为一个以上的中文名称", "must be one or more Chinese names")
    if not isinstance(en, str) or not en:
        raise _refused(f"{place}.en", "应有英文名称", "needs an English name")
    names = (*zh, en)
    if any("/" in name or "|" in name for name in names):
        raise _refused(place, "名称不得含 / 或 |", "a name holds neither / nor |")
    return _Entry(place=place, code=code, names=names, rest=rest)


def _role(entry: _Entry, levels: Collection[str]) -> Role:
    entry.only("sees", "clearance", "addressed", "acts", "at")
    at = entry.rest.get("at", {})
    if not isinstance(at, dict) or any(level not in levels or at[level] not in entry.names for level in at):
        raise _refused(
            f"{entry.place}.at", "应为层级代码和 zh 里的名称", "must be codes of levels and names of `zh`"
        )
    acts = entry.rest.get("acts")
    if not isinstance(acts, bool):
        raise _refused(f"{entry.place}.acts", "应为 true 或 false", "must be true or false")
    return Role(
        code=entry.code,
        names=entry.names,
        sees=entry.one_of("sees", Sees),
        clearance=entry.one_of("clearance", Confidentiality),
        addressed=entry.one_of("addressed", Confidentiality),
        acts=acts,
        at=at,
    )


def _check_apart(sections: Mapping[str, list[_Entry]]) -> None:
    """A level is told from the rest by its place in an expression; a department and a role only by name."""
    for group in (sections["levels"], sections["departments"] + sections["roles"]):
        seen: dict[str, str] = {}
        for entry in group:
            for name in dict.fromkeys((entry.code, *entry.names)):
                if name in seen:
                    raise _refused(
                        entry.place, f"“{name}”已用于 {seen[name]}", f'"{name}" already names {seen[name]}'
                    )
                seen[name] = entry.place


def _refused(place: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        code="directory.vocabulary",
        message_zh=f"directory.toml {place}：{zh}",
        message_en=f"directory.toml {place}: {en}",
        place={"key": place},
    )  # fmt: skip
