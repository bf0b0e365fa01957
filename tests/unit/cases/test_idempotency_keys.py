"""A key stands for one command: it is answered again, and never lent to another case."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.errors import Conflict
from tests.support.bpmn import diagram, end, start, user


def test_a_key_used_for_one_case_is_refused_for_another(database_url: str) -> None:
    with Engine.open(database_url) as engine:
        engine.deploy({"p.bpmn": diagram(start("s"), user("u"), end("e"), "s -> u -> e")}, actor="d")
        first, second = (engine.start("p", actor="starter").case_id for _ in range(2))
        done = engine.set_variables(first, {"a": 1}, actor="zhang", idempotency_key="k")
        again = engine.set_variables(first, {"a": 1}, actor="zhang", idempotency_key="k")
        assert (again.repeated, again.seq, again.state_hash) == (True, done.seq, done.state_hash)
        with pytest.raises(Conflict) as caught:
            engine.set_variables(second, {"a": 1}, actor="zhang", idempotency_key="k")
        assert caught.value.code == "idempotency.reused"
        assert engine.set_variables(second, {"a": 1}, actor="li", idempotency_key="k").seq == 2
