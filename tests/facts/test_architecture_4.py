"""ARCHITECTURE §4, fact by fact: what stock SpiffWorkflow does, and that it does not happen here."""

from __future__ import annotations

import ast
import itertools
import os
import subprocess
import sys
import time
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

from engine import Settings
from engine.cases import snapshot
from tests.facts.probes import Bare, spec_picture
from tests.support.bpmn import (
    boundary,
    catch,
    diagram,
    end,
    error,
    event_sub,
    fork,
    inclusive,
    link,
    message,
    parallel,
    script,
    service,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)
from tests.support.driving import World, refusals

ROOT = Path(__file__).parents[2]


@cache
def _engine_code() -> tuple[tuple[Path, ast.Module], ...]:
    """Every module of the engine, parsed."""
    paths = sorted((ROOT / "engine").rglob("*.py"))
    return tuple((path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


# -- 1. The task tree grows without bound ----------------------------------------------------------

LOOP = (start("s"), user("a"), task("t"), end("e"), "s -> a -> t; t -> a if true; t -> e else")


def test_1_a_loop_of_a_thousand_rounds_leaves_a_tree_of_the_same_size(world: World) -> None:
    world.deploy(*LOOP)
    case = Bare(world)
    case.complete()
    small = case.tree_size
    for _ in range(1_000):
        case.complete()
    assert case.tree_size == small
    assert small <= 4
    assert max(task.depth for task in case.session.tasks.values()) <= 3


def test_1_the_thousandth_round_costs_what_the_first_did(world: World) -> None:
    world.deploy(*LOOP)
    case = Bare(world)

    def work_of_a_round() -> int:
        """How many functions are called, in Python and below: the same on every machine."""
        calls = 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            case.complete()
        finally:
            sys.setprofile(None)
        return calls

    case.complete()
    first = work_of_a_round()
    for _ in range(1_000):
        case.complete()
    assert work_of_a_round() <= 1.02 * first


def test_1_pruning_changes_nothing_but_the_tree(world: World) -> None:
    world.deploy(*LOOP)
    pruned, grown = Bare(world), Bare(world, Settings(prune=False))
    for _ in range(30):
        pruned.complete()
        grown.complete()
    assert pruned.session.state.digest() == grown.session.state.digest()
    assert pruned.session.effects == grown.session.effects
    assert grown.tree_size > 10 * pruned.tree_size


def test_1_an_automatic_loop_of_two_thousand_rounds_runs_in_one_step(world: World) -> None:
    case = world.run(
        start("s"), script("x", "=n + 1", "n"), end("e"), "s -> x; x -> x if n < 2000; x -> e else", n=0
    )
    assert case.is_done
    assert case.variables == {"n": 2_000}


def test_1_a_chain_of_five_hundred_tasks_is_deployed_and_runs(world: World) -> None:
    names = [f"t{n}" for n in range(500)]
    parts = (start("s"), *(task(name) for name in names), user("a"), "s -> " + " -> ".join(names) + " -> a")
    case = world.run(*parts)
    assert case.tasks == ["a"]
    assert case.complete("a").is_done


# -- 2. Snapshots hold live tokens only; specs are shared and never change --------------------------


def test_2_a_snapshot_does_not_grow_with_the_history(world: World) -> None:
    world.deploy(*LOOP)
    case = Bare(world)
    case.complete()
    first = len(snapshot.pack(case.session.state))
    for _ in range(200):
        case.complete()
    assert len(snapshot.pack(case.session.state)) < first + 40, "only ids and times have more digits"
    assert first < 1_000


def test_2_no_case_changes_the_specs_it_shares_with_others(world: World) -> None:
    world.deploy(
        start("s"), user("a"), boundary("b", "a", timer(duration="PT1H"), interrupting=False), task("x"),
        sub("box", start("bs"), service("j"), "bs -> j"), boundary("c", "box", error("E")), task("y"),
        "s -> a -> box; b -> x; c -> y",
        event_sub("stop", start("ss", message("stop", "=code")), user("z"), "ss -> z"),
        event_sub("note", start("ns", message("note", "=code"), interrupting=False), task("w"), "ns -> w"),
    )  # fmt: skip
    digest, _ = world.engine.definitions.find("p")
    program = world.engine.definitions.programs.get(digest)
    before = spec_picture(program)
    first = world.start(code="1")
    world.send("note", "1")
    world.later(hours=1)
    first.complete("a").throw_error("j", "E")
    second = world.start(code="2")
    world.send("stop", "2")
    assert spec_picture(program) == before
    third = world.start(code="3")
    assert (second.tasks, third.tasks) == (["z"], ["a"])
    assert third.waits == ["b", "note", "stop"]


# -- 3. Task data is no variable store --------------------------------------------------------------


def test_3_updates_of_parallel_branches_are_kept(world: World) -> None:
    case = world.run(
        start("s"), fork("f"), user("a"), user("b"), fork("j"), user("c"), "s -> f; f -> a -> j; f -> b -> j; j -> c",
        x=0, log=[],
    )  # fmt: skip
    case.complete("a", x=1)
    case.complete("b", log=["b"])
    assert case.variables == {"x": 1, "log": ["b"]}


def test_3_task_data_stays_empty(world: World) -> None:
    world.deploy(
        start("s"), fork("f"), user("a"), script("b", "=1", "n"), user("c", inputs={"m": "=2"}),
        "s -> f; f -> a; f -> b -> c",
    )  # fmt: skip
    case = Bare(world, x=1)
    assert case.task_data == []
    case.complete()
    assert case.task_data == []


# -- 4. Scheduling: one task at a time, interruptions first, a step budget ---------------------------


def test_4_an_interruption_reaches_what_the_same_step_had_made_ready(world: World) -> None:
    case = world.run(
        start("s"),
        sub("box", start("bs"), fork("f"), end("bang", error("E")), *(script(f"x{n}", "=1", f"v{n}") for n in range(5)),
            "bs -> f; f -> bang; " + ";".join(f"f -> x{n}" for n in range(5))),
        boundary("b", "box", error("E")), user("a"), "s -> box; b -> a",
    )  # fmt: skip
    assert case.tasks == ["a"]
    assert case.variables == {}


def test_4_an_endless_automatic_loop_ends_in_an_incident(world: World) -> None:
    begun = time.process_time()
    case = world.run(start("s"), task("t"), end("e"), "s -> t; t -> t if true; t -> e else")
    assert case.incidents == [("step-budget", "t")]
    assert time.process_time() - begun < 60


# -- 5. What was wrong in silence, refused or crashing ------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        ((start("Start"), end("e"), "Start -> e"), "id.reserved"),
        ((start("s"), end("End"), "s -> End"), "id.reserved"),
        ((start("s"), task("x.EndJoin"), end("e"), "s -> e"), "id.reserved"),
        ((start("s"), catch("t", timer(cycle="R/PT-1H")), end("e"), "s -> t -> e"), "timer.syntax"),
        ((start("s"), catch("t", timer(duration="-PT1H")), end("e"), "s -> t -> e"), "timer.syntax"),
        ((start("s"), catch("t", timer(cycle="R0/PT1H")), end("e"), "s -> t -> e"), "timer.syntax"),
        ((start("s"), catch("t", timer(date="2026-02-30")), end("e"), "s -> t -> e"), "timer.syntax"),
        ((start("s"), task("t"), task("t"), end("e"), "s -> t -> e"), "id.duplicate"),
        ((start("s"), end("e"), task("lost"), "s -> e"), "node.unreachable"),
        ((start("s"), script("x", "=1 +", "n"), end("e"), "s -> x -> e"), "expression.syntax"),
        ((start("s"), '<task id="t" startQuantity="2"/>', end("e"), "s -> t -> e"), "unsupported.attribute"),
        (
            (start("s"), user("t", multi=parallel(times="-1")), end("e"), "s -> t -> e"),
            "multi.cardinality",
        ),
        ((start("s"), throw("x", link("nowhere")), "s -> x"), "link.pair"),
    ],
)  # fmt: skip
def test_5_what_would_go_wrong_in_silence_is_refused(parts: tuple[str, ...], rule: str) -> None:
    assert rule in [found for found, _, _ in refusals(diagram(*parts))]


def test_5_event_sub_processes_do_not_run_before_their_event(world: World) -> None:
    case = world.run(
        start("s"), user("a"), "s -> a", event_sub("on", start("os", error("E")), user("b"), "os -> b")
    )
    assert case.tasks == ["a"]


def test_5_implicit_and_conditional_splits_run(world: World) -> None:
    case = world.run(
        start("s"),
        task("t"),
        user("a"),
        user("b"),
        user("c"),
        "s -> t; t -> a; t -> b if n > 1; t -> c if n > 2",
        n=2,
    )
    assert case.tasks == ["a", "b"]


# -- 6. Clock and ids ---------------------------------------------------------------------------------


def test_6_wall_clock_and_random_ids_of_the_library_reach_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing has to be patched for a replay to be the same: the neutral state does not know these values."""
    import SpiffWorkflow.task

    world.deploy(*LOOP)
    plain = Bare(world)

    class Wild:
        now = 0.0

        def time(self) -> float:
            self.now -= 1e9
            return self.now

    wild = itertools.count(10**9, -7)
    monkeypatch.setattr(SpiffWorkflow.task, "time", Wild())
    monkeypatch.setattr(SpiffWorkflow.task, "uuid4", lambda: next(wild))
    patched = Bare(world)
    for _ in range(3):
        plain.complete()
        patched.complete()
        assert plain.session.effects == patched.session.effects
        assert plain.session.state.digest() == patched.session.state.digest()


SCENARIO = """
import sys
from tests.facts.test_architecture_4 import scenario
sys.stdout.write(scenario())
"""


def scenario() -> str:
    """State hashes and log head of a case that touches inclusive joins, sets of names and parallel branches."""
    made = World()
    names = ["alpha", "beta", "gamma", "delta"]
    case = made.run(
        start("s"), inclusive("g"), *(user(name, groups='=["x", "y", "z"]') for name in names), inclusive("j"),
        script("x", "={" + ", ".join(f"{name}: 1" for name in names) + "}", "v"), user("after"),
        "s -> g; j -> x -> after;" + ";".join(f"g -> {name} if true; {name} -> j" for name in names),
        event_sub("on", start("os", message("m", '="1"'), interrupting=False), user("z"), "os -> z"),
        **dict.fromkeys(names, 0),
    )  # fmt: skip
    made.send("m", one=1, two=2, three=3)
    for name in names:
        case.complete(name, **{name: 2})
    made.check()
    events = list(made.engine.queries.events(case.id))
    made.engine.close()
    return " ".join([*(event.open().state_hash for event in events), events[-1].hash.hex()])


def test_6_the_same_happens_whatever_the_order_of_sets_and_hashes() -> None:
    seen = set()
    for seed in ("1", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", SCENARIO],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(done.stdout)
    assert seen == {scenario()}


# -- 7. Untrusted input ----------------------------------------------------------------------------------

ESCAPES = [
    "=__import__('os').system('true')",
    "=().__class__.__bases__",
    '=open("/etc/passwd")',
    "=(lambda: 1)()",
]


@pytest.mark.parametrize("expression", ESCAPES)
def test_7_python_in_an_expression_is_no_expression(world: World, expression: str) -> None:
    data = diagram(start("s"), script("x", expression, "n"), end("e"), "s -> x -> e")
    if refusals(data):
        return
    case = world.run(start("s"), script("x", expression, "n"), end("e"), "s -> x -> e")
    assert case.variables in ({}, {"n": None}), "FEEL knows no such function and reads no attribute"


def test_7_the_engine_holds_no_eval_and_no_exec() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, module in _engine_code()
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"eval", "exec", "compile", "__import__"}
    ]
    assert found == []


def test_7_the_librarys_script_engine_refuses_to_run_anything(world: World) -> None:
    world.deploy(*LOOP)
    engine = Bare(world).session.tree_of_case().script_engine
    with pytest.raises(TypeError):
        engine.execute(None, "import os")
    with pytest.raises(TypeError):
        engine.evaluate(None, "1 + 1")


@pytest.mark.parametrize(
    "prefix",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_7_document_types_and_entities_are_refused(prefix: str) -> None:
    data = prefix.encode() + diagram(start("s"), end("e"), "s -> e")
    assert [rule for rule, _, _ in refusals(data)] == ["file.xml"]


# -- 8. Depth and breadth -----------------------------------------------------------------------------------


def _nested(depth: int) -> tuple[str, ...]:
    inner = user("a")
    for level in range(depth):
        inner = sub(f"box{level}", inner)
    return (start("s"), inner, end("e"), f"s -> box{depth - 1} -> e")


def test_8_fifty_levels_are_quick_and_more_are_refused(world: World) -> None:
    begun = time.process_time()
    case = world.run(*_nested(50))
    assert case.complete("a").is_done
    assert time.process_time() - begun < 20
    assert "process.depth" in [rule for rule, _, _ in refusals(diagram(*_nested(51)))]


def test_8_two_hundred_parallel_branches_are_quick(world: World) -> None:
    names = [f"t{n}" for n in range(200)]
    world.deploy(
        start("s"), fork("f"), *(task(name) for name in names), fork("j"), user("a"),
        "s -> f; j -> a;" + ";".join(f"f -> {name} -> j" for name in names),
    )  # fmt: skip
    begun = time.process_time()
    case = world.start()
    assert time.process_time() - begun < 10
    assert case.tasks == ["a"]


# -- The version ----------------------------------------------------------------------------------------------


def test_the_version_is_the_one_these_facts_were_measured_of() -> None:
    assert version("spiffworkflow") == "3.2.0"


def _imports() -> list[tuple[Path, str, list[str]]]:
    """Module, module imported from and names imported, of every import of the library."""
    found = []
    for path, module in _engine_code():
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom):
                found.append((path, node.module or "", [alias.name for alias in node.names]))
            elif isinstance(node, ast.Import):
                found.extend((path, alias.name, []) for alias in node.names)
    return [entry for entry in found if entry[1].split(".")[0] == "SpiffWorkflow"]


def test_only_the_runtime_imports_the_library() -> None:
    assert {path.parts[:2] for path, _, _ in _imports()} == {("engine", "runtime")}


def test_the_page_names_every_class_of_the_library_that_is_used() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("### SpiffWorkflow")[2]
    used = {name for _, _, names in _imports() for name in names}
    assert used
    assert [name for name in sorted(used) if f"`{name}`" not in table] == []
