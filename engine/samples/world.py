"""Where the sample whistles happen: villages, departments, matters and names, read from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.samples.draw import Draw


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """A kind of problem: who leads, who must take part, who may help, and what they do about it."""

    title: str
    type: str
    why: str
    lead: str
    mandatory: tuple[str, ...]
    optional: tuple[str, ...]
    measures: str
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The sample world. villages and departments: key → name. texts: name of a list → its sentences."""

    villages: Mapping[str, str]
    departments: Mapping[str, str]
    matters: tuple[Matter, ...]
    texts: Mapping[str, tuple[str, ...]]

    def person(self, draw: Draw) -> str:
        """A fictional name."""
        return draw.pick(self.texts["surnames"]) + draw.pick(self.texts["given_names"])

    def phone(self, draw: Draw) -> str:
        """A number that no network hands out: mobile numbers never begin with 100."""
        return f"1000000{draw.whole(0, 9999):04d}"

    def text(self, name: str, draw: Draw) -> str:
        """One of the sentences of a list."""
        return draw.pick(self.texts[name])


def read_world(data: bytes) -> World:
    """Read a world from TOML. Raises KeyError or tomllib.TOMLDecodeError when it is not complete."""
    table = tomllib.loads(data.decode("utf-8"))
    departments = {entry["key"]: entry["name"] for entry in table["departments"]}
    matters = tuple(_matter(entry) for entry in table["matters"])
    for matter in matters:
        for unit in (matter.lead, *matter.mandatory, *matter.optional):
            if unit not in departments:
                raise KeyError(unit)
    return World(
        villages={entry["key"]: entry["name"] for entry in table["villages"]},
        departments=departments,
        matters=matters,
        texts={name: tuple(value) for name, value in table.items() if _sentences(value)},
    )


def _sentences(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _matter(entry: Mapping[str, Any]) -> Matter:
    return Matter(
        title=entry["title"],
        type=entry["type"],
        why=entry["why"],
        lead=entry["lead"],
        mandatory=tuple(entry["with"]),
        optional=tuple(entry["helps"]),
        measures=entry["measures"],
        basis=entry["basis"],
    )
