"""Who is meant by the words with which limits say who is told (DOMAIN, flow F): 单位负责人, 县级指挥中心, …

A notice goes to `group:unit:<unit>/<word>`: a word seen from the unit that has the task. Here it becomes the groups
of the directory, so that somebody of them finds it among theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.directory.candidates import resolve
from engine.directory.index import Index

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unit_head": "本级/领导",
        "upper_level": "上级/领导",
        "town_leader": "镇/领导",
        "town_center": "镇/综治中心",
        "county_center": "县/指挥平台",
        "duty_leader": "县/值班领导",
        "village_head": "村/网格长",
        "court": "县/法院",
        "police": "镇/派出所",
        "mediator": "镇/调委会",
        "social_worker": "镇/社工站",
    }
)
"""Words of limits and, in terms of the directory, whom they mean."""

_UNIT: Final = "group:unit:"


def addressees(index: Index, addressee: str, at: int) -> list[str]:
    """To whom a notice is addressed: `user:<person>` and `group:<group>` with the directory's groups.

    A bare word is a person, as comments name those they mention. An addressee the directory cannot tell stays as it is.
    """
    if ":" not in addressee:
        return [f"user:{addressee}"]
    if not addressee.startswith(_UNIT):
        return [addressee]
    unit, _, word = addressee.removeprefix(_UNIT).rpartition("/")
    if word not in WORDS:
        return [addressee]
    found = resolve(index, WORDS[word], unit, at)
    return [f"group:{group}" for group in found.groups] or [addressee]
