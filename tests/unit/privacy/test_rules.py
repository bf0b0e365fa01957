"""The rules of privacy as an operator writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.directory.vocabulary import read_vocabulary
from engine.errors import InvalidInput
from engine.model.forms import MASKS
from engine.privacy import load_privacy, read_privacy
from engine.privacy.masking import CLASSES

CONTENT = Path("config/privacy.toml").read_text("utf-8")


def test_the_rules_that_come_along_name_roles_of_the_directory_alone() -> None:
    rules = load_privacy(Path("config"))
    roles = set(read_vocabulary(Path("config/directory.toml").read_bytes()).roles.by_code) | {"*"}
    named = {role for rule in rules.classes.values() for role in rule.always | rule.handling | rule.grant}
    assert named | rules.own_decision | rules.approvers | rules.mediators | rules.part_roles <= roles
    assert rules.classes.keys() == set(CLASSES) == MASKS | {"comment"}
    assert rules.keep_days >= 3 * 365


def test_administrators_and_designers_see_nothing() -> None:
    rules = load_privacy(Path("config"))
    for role in ("admin", "designer"):
        roles = frozenset({role})
        for rule in rules.classes.values():
            assert rule.opens(roles, frozenset(), handles=True, granted=True) is None


def test_statements_are_opened_by_no_grant() -> None:
    rule = load_privacy(Path("config")).rule("statement")
    for role in ("town_centre", "county_centre", "police_officer", "auditor", "leader"):
        assert rule.opens(frozenset({role}), frozenset({role}), handles=True, granted=True) is None


def test_an_unknown_class_is_opened_to_nobody() -> None:
    rule = load_privacy(Path("config")).rule(None)
    assert rule.opens(frozenset({"mediator"}), frozenset({"mediator"}), handles=True, granted=True) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[classes]", "[klasses]"),
        ("statement = {", "statements = {"),
        ("plate     =", "# plate ="),
        ('roles = ["mediator"]', 'roles = "mediator"'),
        ("longest_minutes = 480", "longest_minutes = 0"),
        ("default_minutes = 60", "default_minutes = 600"),
        ("keep_days = 1096", "keep_days = true"),
        ('party = "reporter"', "party = 1"),
        ("handling = ", "during = "),
        ("[unmasking]", "unmasking ="),
    ],
)
def test_rules_that_make_no_sense_are_refused(old: str, new: str) -> None:
    assert old in CONTENT
    with pytest.raises(InvalidInput):
        read_privacy(CONTENT.replace(old, new).encode())
