"""Hostile input, each kind in a process of its own: `python -m tests.integration.victim <attack>...`.

Prints one JSON object a line: what the engine said, the seconds of processor time from the input's arrival to
the answer, and the peak of memory in MB.
"""

from __future__ import annotations

import json
import os
import signal as signal_module
import sys
import time
from collections.abc import Callable
from typing import Any

from engine import Engine, ManualClock
from engine.errors import BihuanError
from engine.model import ModelErrors, Severity
from tests.support.bpmn import (
    boundary,
    call,
    catch,
    diagram,
    end,
    fork,
    message,
    parallel,
    receive,
    rule,
    script,
    sequential,
    service,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
    xor,
)
from tests.support.memory import peak_megabytes

PATIENCE = 30
NOON = 1_700_000_000_000_000
DOUBLING = "for a in 1..100000 return for b in 1..100000 return a * b"
HEAD = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'

Said = list[str]
Attack = Callable[[Engine], Said]


# -- at deployment ---------------------------------------------------------------------------------


def deployed(files: dict[str, bytes]) -> Attack:
    """What the engine says to a package: the rules of its findings."""

    def run(engine: Engine) -> Said:
        try:
            engine.deploy(files, actor="mallory")
        except ModelErrors as errors:
            return sorted({finding.rule for finding in errors.findings if finding.severity is Severity.ERROR})
        return ["deployed"]

    return run


def _with(inner: bytes) -> bytes:
    return HEAD + inner + b"</definitions>"


def _deep(depth: int) -> bytes:
    opened = "".join(f'<subProcess id="p{level}">' for level in range(depth))
    inside = f"{opened}{'</subProcess>' * depth}"
    return _with(f'<process id="p" isExecutable="true">{inside}</process>'.encode())


def _wide(count: int) -> bytes:
    tasks = "".join(f'<userTask id="t{number}"/>' for number in range(count))
    return _with(f'<process id="p" isExecutable="true">{tasks}</process>'.encode())


XXE = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _with(b"<documentation>&x;</documentation>")
LAUGHS = (
    b"<!DOCTYPE d ["
    b'<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]>"
    + _with(b"<documentation>&a11;</documentation>")
)


def _one(*parts: str) -> dict[str, bytes]:
    return {"p.bpmn": diagram(*parts)}


PACKAGES: dict[str, Callable[[], dict[str, bytes]]] = {
    "external_entity": lambda: {"p.bpmn": XXE},
    "entity_bomb": lambda: {"p.bpmn": LAUGHS},
    "fifty_megabytes": lambda: {"p.bpmn": _with(b"<!--" + b"x" * 50_000_000 + b"-->")},
    "ten_thousand_levels": lambda: {"p.bpmn": _deep(10_000)},
    "hundred_thousand_elements": lambda: {"p.bpmn": _wide(100_000)},
    "invalid_utf_8": lambda: {"p.bpmn": _with(b"<process id='p' name='\xff\xfe' isExecutable='true'/>")},
    "other_encoding": lambda: {"p.bpmn": b'<?xml version="1.0" encoding="UTF-16"?>' + _with(b"")},
    "no_xml": lambda: {"p.bpmn": b"\x00\x01PK\x03\x04" * 1000},
    "nothing": lambda: {"p.bpmn": b""},
    "reserved_id": lambda: _one(start("s"), user("End"), "s -> End"),
    "negative_duration": lambda: _one(
        start("s"), catch("c", timer(duration="-PT1H")), end("e"), "s -> c -> e"
    ),
    "deep_expression": lambda: _one(
        start("s"), script("x", "=" + "(" * 50_000 + "1" + ")" * 50_000, "a"), "s -> x"
    ),
    "long_expression": lambda: _one(start("s"), script("x", "=1" + "+1" * 2_000_000, "a"), "s -> x"),
    "many_files": lambda: {f"{number}.bpmn": _with(b"") for number in range(5_000)},
    "deep_form": lambda: {"f.form": b'{"id":"f","components":' + b"[" * 100_000 + b"]" * 100_000 + b"}"},
    "huge_form": lambda: {"f.form": b'{"id":"' + b"x" * 50_000_000 + b'"}'},
    "dmn_entity": lambda: {"d.dmn": XXE},
    "dmn_huge": lambda: {"d.dmn": b"<definitions>" + b"<a/>" * 5_000_000 + b"</definitions>"},
    "name_with_path": lambda: {"../../etc/passwd": b"x"},
}


# -- while a case runs -----------------------------------------------------------------------------


def ran(*parts: str, then: Callable[[Engine], object] | None = None, **variables: Any) -> Attack:
    """What a process comes to: the kinds of its incidents, or its status."""
    return lambda engine: _run(engine, {"p.bpmn": diagram(*parts)}, variables, then)


def _run(
    engine: Engine,
    files: dict[str, bytes],
    variables: dict[str, Any],
    then: Callable[[Engine], object] | None = None,
) -> Said:
    engine.deploy(files, actor="mallory")
    try:
        engine.start("p", variables, actor="mallory")
        if then is not None:
            then(engine)
    except BihuanError as error:
        return [f"{type(error).__name__} {error.code}"]
    found = sorted({row["kind"] for row in engine.queries.incidents()})
    return found or sorted({engine.case(case_id).status for case_id in engine.case_ids()})


def _script(text: str) -> Attack:
    return ran(start("s"), script("x", f"={text}", "a"), user("u"), end("e"), "s -> x -> u -> e")


EXPLOSION = (
    start("s"),
    xor("m"),
    fork("f"),
    xor("g"),
    end("e"),
    "s -> m -> f; f -> g; f -> m; g -> m if true; g -> e else",
)
CALLS_ITSELF = (start("s"), call("c", "p"), end("e"), "s -> c -> e")
BOMB_TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">
<decision id="bomb" name="bomb"><literalExpression id="l"><text>%s</text></literalExpression></decision>
</definitions>""" % DOUBLING.encode()
CASCADE = diagram(start("s", message("again")), throw("t", message("again", "=1")), end("e"), "s -> t -> e")


def _flood(engine: Engine) -> None:
    for number in range(1_500):
        engine.send_message("more", "1", {"n": number})


def _kept_flood(engine: Engine) -> Said:
    source = diagram(
        start("s"), xor("m"), receive("r", "more", '="1"'), xor("g"), end("e"),
        "s -> m -> r -> g; g -> m if n < 1498; g -> e else",
    )  # fmt: skip
    engine.deploy({"p.bpmn": source}, actor="mallory")
    for number in range(1_500):
        engine.send_message("more", "1", {"n": number})
    engine.start("p", {"n": 0}, actor="mallory")
    engine.run_due()
    return sorted({engine.case(case_id).status for case_id in engine.case_ids()})


def _cascade(engine: Engine) -> Said:
    engine.deploy({"p.bpmn": CASCADE}, actor="mallory")
    engine.send_message("again", "1", {})
    engine.run_due()
    return ["stopped"] if len(list(engine.case_ids())) < 2_000 else ["ran on"]


def _nested_lists(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


RUNS: dict[str, Attack] = {
    "endless_loop": ran(start("s"), xor("m"), script("x", "=1", "a"), "s -> m -> x -> m"),
    "token_explosion": ran(*EXPLOSION),
    "script_bomb": _script(DOUBLING),
    "range_bomb": _script("count([1..999999999])"),
    "for_bomb": _script("count(for i in 1..999999999 return i)"),
    "text_bomb": _script(
        'string length(string join(for i in 1..99999 return string join(for j in 1..99999 return "x")))'
    ),
    "power_bomb": _script("9 ** 9 ** 9 ** 9"),
    "recursion_bomb": _script("{f: function(n) f(n + 1), r: f(1)}.r"),
    "pattern_bomb": _script('matches("' + "a" * 5000 + 'b", "(a+)+$")'),
    "replace_bomb": _script('string length(replace("' + "a" * 5000 + '", "a", "' + "b" * 5000 + '"))'),
    "condition_bomb": ran(
        start("s"), xor("g"), end("a"), end("b"), f"s -> g; g -> a if count({DOUBLING}) > 1; g -> b else"
    ),
    "timer_bomb": ran(
        start("s"),
        catch("c", timer(duration=f"=duration(string(count({DOUBLING})))")),
        end("e"),
        "s -> c -> e",
    ),
    "mapping_bomb": ran(start("s"), user("u", inputs={"x": f"={DOUBLING}"}), end("e"), "s -> u -> e"),
    "assignment_bomb": ran(start("s"), user("u", groups=f"={DOUBLING}"), end("e"), "s -> u -> e"),
    "job_bomb": ran(start("s"), service("u", f"=string({DOUBLING})"), end("e"), "s -> u -> e"),
    "key_bomb": ran(start("s"), receive("u", "m", f"=string({DOUBLING})"), end("e"), "s -> u -> e"),
    "completion_bomb": ran(
        start("s"),
        script("x", "=1", "a", multi=parallel("=[1, 2]", "i", until=f"=count({DOUBLING}) > 1")),
        "s -> x",
    ),
    "decision_bomb": lambda engine: _run(
        engine, {"p.bpmn": diagram(start("s"), rule("r", "bomb", "a"), "s -> r"), "d.dmn": BOMB_TABLE}, {}
    ),
    "billion_instances": ran(start("s"), user("u", multi=parallel(times="=10 ** 9")), "s -> u"),
    "billion_in_sequence": ran(start("s"), user("u", multi=sequential(times="=10 ** 9")), "s -> u"),
    "instances_of_instances": ran(
        start("s"),
        sub(
            "a",
            start("as"),
            sub("b", start("bs"), user("u"), "bs -> u", multi=parallel(times="=9999")),
            "as -> b",
            multi=parallel(times="=2000"),
        ),
        "s -> a",
    ),
    "calls_itself": ran(*CALLS_ITSELF),
    "calls_itself_twice": ran(start("s"), fork("f"), call("c", "p"), call("d", "p"), "s -> f -> c; f -> d"),
    "signal_storm": ran(
        start("s"),
        user("u"),
        boundary("b", "u", signal("storm"), interrupting=False),
        throw("t", signal("storm")),
        end("e"),
        "s -> u; b -> t -> e",
        then=lambda engine: engine.broadcast_signal("storm"),
    ),
    "message_flood": ran(start("s"), xor("m"), receive("r", "more", '="1"'), "s -> m -> r -> m", then=_flood),
    "kept_message_flood": _kept_flood,
    "message_cascade": _cascade,
    "deep_variables": ran(start("s"), user("u"), "s -> u", deep=_nested_lists(5_000)),
    "huge_variable": ran(start("s"), user("u"), "s -> u", text="x" * 50_000_000),
    "many_variables": ran(start("s"), user("u"), "s -> u", many={str(n): n for n in range(1_000_000)}),
    "huge_number": ran(start("s"), user("u"), "s -> u", number=10**100_000),
    "growing_variable": ran(
        start("s"),
        script("g", '=if a = null then "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" else a + a', "a"),
        xor("m"),
        "s -> m -> g -> m",
    ),
    "growing_list": ran(
        start("s"), xor("m"), script("g", "=append(concatenate(a, a), 1)", "a"), "s -> m -> g -> m", a=[1]
    ),
    "surrogate": ran(start("s"), user("u"), "s -> u", text="\ud800"),
}


def _later(make: Callable[[], dict[str, bytes]]) -> Attack:
    return lambda engine: deployed(make())(engine)


ATTACKS: dict[str, Attack] = {name: _later(make) for name, make in PACKAGES.items()} | RUNS


def report(name: str) -> dict[str, Any]:
    """Run one attack."""
    with Engine.open("sqlite://", clock=ManualClock(NOON)) as engine:
        began = time.process_time()
        said = ATTACKS[name](engine)
        seconds = time.process_time() - began
    return {
        "attack": name,
        "said": said,
        "seconds": round(seconds, 3),
        "megabytes": round(peak_megabytes()),
    }


def main() -> None:
    """Run the attacks named, each in a child of its own, and print a line for each."""
    with Engine.open("sqlite://", clock=ManualClock(NOON)) as engine:
        engine.deploy(_one(start("s"), end("e"), "s -> e"), actor="warm-up")
    for name in sys.argv[1:]:
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            continue
        signal_module.alarm(PATIENCE)
        try:
            print(json.dumps(report(name)), flush=True)
        finally:
            os._exit(0)


if __name__ == "__main__":
    main()
