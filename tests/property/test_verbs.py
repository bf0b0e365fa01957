"""Random verbs of handling in random models: nothing stranded, nothing doubled, and the answers given before hold.

After random handling of a case, willing staff end it: since every model can always be ended, a token that then
still waits was stranded. `tests.property.witness` says how doubling is found and recalls are judged.

BIHUAN_MODELS says how many random models are tried, BIHUAN_SEED where to begin; a failure names its seed.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from engine import Config, Engine, ManualClock, Settings
from tests.property.actions import NOON, Entropy, first_step
from tests.property.models import model
from tests.property.staff import Handled
from tests.support.driving import check

MODELS = int(os.environ.get("BIHUAN_MODELS", "100"))
SEED = int(os.environ.get("BIHUAN_SEED", "1"))
BATCHES = 10
STEPS = 40
STEP_BUDGET = 300


def handle(engine: Engine, clock: ManualClock, seed: int, counts: dict[str, int]) -> None:
    """Handle one case of a random model and end it."""
    random = Random(f"staff {seed}")
    drawn = model(seed, handled=True)
    engine.deploy(drawn.files, actor="designer")
    case = engine.start("p", first_step(random)[1]["variables"], actor="starter").case_id
    handled = Handled.of(drawn, engine, clock, case, random, counts)
    try:
        for _ in range(random.randint(1, STEPS)):
            if handled.is_open:
                handled.act()
        handled.end()
    except BaseException:
        print(f"seed {seed}", *handled.said, sep="\n")
        raise
    check(engine, case, engine.config.settings)


def opened(clock: ManualClock) -> Engine:
    """An engine in memory."""
    config = Config(settings=Settings(step_budget=STEP_BUDGET), random=Entropy(), keyring="sqlite://")
    return Engine.open("sqlite://", clock=clock, config=config)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_is_stranded_or_doubled_by_any_verb(batch: int) -> None:
    counts: dict[str, int] = {}
    clock = ManualClock(NOON)
    with opened(clock) as engine:
        for seed in range(SEED + batch, SEED + MODELS, BATCHES):
            print(f"seed {seed}")
            handle(engine, clock, seed, counts)
    print(dict(sorted(counts.items())))
