"""The same case, however it is run: pruned or not, cached or not, restarted after every step, rebuilt at every event.

BIHUAN_MODELS says how many random models are tried, BIHUAN_SEED where to begin; a failure names its seed, and
`BIHUAN_MODELS=1 BIHUAN_SEED=<seed>` repeats it.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from engine import Config, Engine, ManualClock, Settings
from engine.store.tables import cases
from tests.property.actions import NOON, Entropy, Result, Step, World, choose, first_step, perform
from tests.property.checks import check_alive, check_history, check_session, dump
from tests.property.models import Model, model

MODELS = int(os.environ.get("BIHUAN_MODELS", "100"))
SEED = int(os.environ.get("BIHUAN_SEED", "1"))
BATCHES = 10
STEPS = 14
STEP_BUDGET = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """A way to run the engine. url: of an empty database. restart: with a new engine after every step.

    keyring: an address that lives as long as the database does, where the engine is started anew.
    """

    name: str
    url: str
    prune: bool = True
    cache: int = 1_000
    restart: bool = False
    keyring: str = "sqlite://"

    def engine(self, clock: ManualClock, entropy: Entropy) -> Engine:
        settings = Settings(prune=self.prune, step_budget=STEP_BUDGET)
        config = Config(settings=settings, cache_size=self.cache, random=entropy, keyring=self.keyring)
        return Engine.open(self.url, clock=clock, config=config)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What a run left: the result and the heads of all cases after each step, and every row at the end."""

    results: list[Result]
    heads: list[list[tuple[Any, ...]]]
    rows: dict[str, list[tuple[Any, ...]]]


def heads(world: World) -> list[tuple[Any, ...]]:
    """Where each case stands; the last hash of its log covers everything that happened in it."""
    columns = (cases.c.case_id, cases.c.seq, cases.c.status, cases.c.state_hash, cases.c.head)
    with world.engine.database.reading() as tx:
        rows = tx.execute(sa.select(*columns).order_by(cases.c.case_id)).fetchall()
    world.cases = [row[0] for row in rows]
    return [(*row[:3], bytes(row[3]).hex(), bytes(row[4]).hex()) for row in rows]


def explore(drawn: Model, steps: int) -> tuple[list[Step], Recorded]:
    """Run a model by chance, checking everything after every step; the steps taken and what they left."""
    random = Random(f"actions {drawn.seed}")
    clock, variant = ManualClock(NOON), Variant(name="base", url="sqlite://")
    script: list[Step] = [first_step(random)]
    results, after = [], []
    with variant.engine(clock, Entropy()) as engine:
        world = World(engine=engine, clock=clock)
        engine.deploy(drawn.files, actor="designer")
        while True:
            results.append(perform(world, script[-1]))
            after.append(heads(world))
            for case_id in world.cases:
                check_alive(engine.queries.state(case_id))
            for _, session in engine.executor._cache._sessions.values():
                check_session(session)
            step = choose(random, world, len(script)) if len(script) < steps else None
            if step is None:
                break
            script.append(step)
        for case_id in world.cases:
            check_history(engine, case_id)
        return script, Recorded(results=results, heads=after, rows=dump(engine.database))


def repeat(drawn: Model, variant: Variant, script: list[Step]) -> Recorded:
    """Run the same steps another way."""
    clock, entropy = ManualClock(NOON), Entropy()
    results, after = [], []
    engine = variant.engine(clock, entropy)
    try:
        engine.deploy(drawn.files, actor="designer")
        world = World(engine=engine, clock=clock)
        for step in script:
            if variant.restart:
                engine.close()
                engine = world.engine = variant.engine(clock, entropy)
            results.append(perform(world, step))
            after.append(heads(world))
        return Recorded(results=results, heads=after, rows=dump(engine.database))
    finally:
        engine.close()


def assert_same(drawn: Model, script: list[Step], base: Recorded, variant: Variant) -> None:
    """Nothing differs between the first run and another way of running."""
    other = repeat(drawn, variant, script)
    where = f"seed {drawn.seed}, {variant.name}"
    for number, step in enumerate(script):
        assert other.results[number] == base.results[number], f"{where}, step {number}: {step}"
        assert other.heads[number] == base.heads[number], f"{where}, step {number}: {step}"
    for table, rows in base.rows.items():
        assert other.rows[table] == rows, f"{where}, table {table}"


def variants(url: str, seed: int) -> list[Variant]:
    """The ways a model is run again: restarted always, with a file at `url`, and in turn the others."""
    in_memory = (
        Variant(name="without cache and pruning", url="sqlite://", cache=0, prune=False),
        Variant(name="without cache", url="sqlite://", cache=0),
        Variant(name="without cache and pruning", url="sqlite://", cache=0, prune=False),
        Variant(name="without pruning", url="sqlite://", prune=False),
    )
    return [
        in_memory[seed % len(in_memory)],
        Variant(name="restarted", url=url, keyring=f"{url}.keys", restart=True, prune=seed % 3 != 0),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_case_is_the_same_however_it_is_run(batch: int, tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite"
    Engine.open(f"sqlite:///{empty}", config=Config(keyring="sqlite://")).close()
    for seed in range(SEED + batch, SEED + MODELS, BATCHES):
        print(f"seed {seed}")
        drawn = model(seed)
        script, base = explore(drawn, STEPS)
        restarted = tmp_path / f"{seed}.sqlite"
        shutil.copyfile(empty, restarted)
        for variant in variants(f"sqlite:///{restarted}", seed):
            assert_same(drawn, script, base, variant)
        restarted.unlink()


@pytest.mark.parametrize("seed", range(SEED, SEED + max(4, MODELS // 25)))
def test_a_case_is_the_same_on_postgresql(seed: int, postgres_url: str, tmp_path: Path) -> None:
    print(f"seed {seed}")
    drawn = model(seed)
    script, base = explore(drawn, STEPS)
    variant = Variant(
        name="postgresql",
        url=postgres_url,
        keyring=f"sqlite:///{tmp_path / 'keys'}",
        cache=seed % 2,
        restart=seed % 3 == 0,
    )
    assert_same(drawn, script, base, variant)
