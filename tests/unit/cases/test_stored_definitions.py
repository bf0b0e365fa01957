"""Definitions read back: a rule that came after their deployment does not make running cases unreadable."""

from __future__ import annotations

import pytest

from engine.cases.definitions import read_stored
from engine.model import ModelErrors, read_package
from tests.support.bpmn import diagram, end, start, user, xor

AGAINST_A_RULE = diagram(
    start("s"), xor("x"), user("a"), user("b"), end("e"), "s -> x; x -> a -> e; x -> b -> e"
)


def test_what_a_rule_would_refuse_today_is_still_read() -> None:
    with pytest.raises(ModelErrors):
        read_package({"p.bpmn": AGAINST_A_RULE})
    (definition,) = read_stored({"p.bpmn": AGAINST_A_RULE}).definitions
    assert definition.key == "p"
    assert set(definition.nodes) == {"s", "x", "a", "b", "e"}


def test_what_cannot_be_read_at_all_is_refused() -> None:
    with pytest.raises(ModelErrors):
        read_stored({"p.bpmn": b"<definitions"})


def test_a_form_that_is_gone_is_refused() -> None:
    with pytest.raises(ModelErrors):
        read_stored({"p.bpmn": diagram(start("s"), user("a", form="gone"), end("e"), "s -> a -> e")})
