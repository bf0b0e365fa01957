"""The small county: who of it gets an account of the demonstration."""

from __future__ import annotations

from pathlib import Path

from engine import ManualClock
from engine.installation import open_engine
from engine.samples.small_county import ROLES, load_small_county, one_of_each_role

NOW = 1_763_776_800_000_000


def test_of_the_departments_whoever_has_most_to_do_gets_the_account() -> None:
    with open_engine("sqlite://", Path("config"), clock=ManualClock(NOW), create=True) as engine:
        directory = engine.directory
        assert directory is not None
        load_small_county(directory, actor="t", at=NOW, reason="r")
        idle = one_of_each_role(directory, NOW)
        assert list(idle) == [role for role in ROLES if role in idle]
        group = next(
            f"unit:{post.membership.unit}/official"
            for person in sorted(directory.index.register.people, reverse=True)
            for post in directory.index.posts(person, NOW)
            if post.membership.role == "official"
        )
        busy = one_of_each_role(directory, NOW, {group: 3, f"unit:{idle['official'][1]}/official": 2})
        assert f"unit:{busy['official'][1]}/official" == group
        assert busy["official"] != idle["official"]
        assert {role: who for role, who in busy.items() if role != "official"} == {
            role: who for role, who in idle.items() if role != "official"
        }
