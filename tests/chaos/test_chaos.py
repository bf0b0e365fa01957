"""The short form: processes are killed, Redis is wiped, connections are cut, the clock jumps; nothing is lost.

The long form is `python -m tests.chaos.long`.
"""

from __future__ import annotations

import pytest

from tests.chaos.checker import judge
from tests.chaos.stage import Size, Stage

SHORT = Size(cases=24, kills=10)


@pytest.mark.slow
def test_nothing_is_lost_or_doubled() -> None:
    with Stage(size=SHORT, seed=20261122) as stage:
        stage.start_actors()
        stage.stir()
        stage.settle()
        assert judge(stage.record()) == []
        assert stage.did["kill"] == SHORT.kills
