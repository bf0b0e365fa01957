"""Every structural rule, broken once in the smallest diagram: the one finding, its line, its element."""

from __future__ import annotations

import pytest

from tests.unit.model.writing import (
    HEAD,
    around,
    chain,
    diagram,
    errors,
    ext,
    findings,
    flow,
    warnings,
    when,
)

ENDS = '<startEvent id="s"/><endEvent id="e"/>'
FORK = f'{ENDS}<task id="a"/><task id="b"/>' + chain("a", "e") + chain("b", "e")
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
ERROR = '<error id="err" name="x" errorCode="E1"/>'
MESSAGE = f'<message id="m" name="msg">{ext("""<zeebe:subscription correlationKey="=k"/>""")}</message>'


def split(kind: str, first: str, second: str, attributes: str = "") -> str:
    """A gateway on line 2 with two flows, on lines 3 and 4, and the rest of the diagram on line 5."""
    return (
        f'<{kind} id="g" {attributes}/>\n{flow("g_a", "g", "a", first)}\n{flow("g_b", "g", "b", second)}\n'
        f"{FORK}{flow('s_g', 's', 'g')}"
    )


def event_sub(inner: str, attributes: str = "", rest: str = "") -> str:
    """An event sub-process that begins on line 2 beside a plain process on line 3."""
    return (
        f'<subProcess id="es" triggeredByEvent="true" {attributes}>{inner}</subProcess>\n'
        f"{ENDS}{chain('s', 'e')}{rest}"
    )


BROKEN: dict[str, tuple[str, str, list[tuple[str, int, str]]]] = {
    "flow without target": (around(f'<task id="n"/>{flow("x", "n", "ghost")}'), "", [("ref.dangling", 2, "x")]),
    "flow without source": (around(f'<task id="n"/>{flow("x", "ghost", "n")}'), "", [("ref.dangling", 2, "x")]),
    "listed flow is missing": (
        around('<task id="n"><incoming>ghost</incoming></task>'),
        "",
        [("ref.dangling", 2, "n")],
    ),
    "attached to nothing": (
        around(f'<task id="n"/><boundaryEvent id="b" attachedToRef="ghost">{TIMER}</boundaryEvent>{flow("x", "b", "e")}'),
        "",
        [("ref.dangling", 2, "b")],
    ),
    "attached to a gateway": (
        around(
            f'<parallelGateway id="n"/>\n<boundaryEvent id="b" attachedToRef="n">{TIMER}</boundaryEvent>{flow("x", "b", "e")}'
        ),
        "",
        [("boundary.place", 3, "b")],
    ),
    "attached across levels": (
        around(
            '<subProcess id="n"><task id="t"/></subProcess>\n'
            f'<boundaryEvent id="b" attachedToRef="t">{TIMER}</boundaryEvent>{flow("x", "b", "e")}'
        ),
        "",
        [("boundary.place", 3, "b")],
    ),
    "flow across levels": (
        around(f'<subProcess id="n"><task id="t"/></subProcess><task id="o"/>\n{flow("x", "t", "e")}{flow("y", "n", "o")}'),
        "",
        [("flow.scope", 3, "x")],
    ),
    "flow into a start": (f'<startEvent id="s"/>\n<task id="n"/>\n<endEvent id="e"/>{chain("s", "n", "e")}{flow("x", "n", "s")}', "", [("flow.start-incoming", 2, "s")]),
    "flow out of an end": (f'<startEvent id="s"/>\n<endEvent id="e"/><task id="n"/>{chain("s", "e", "n")}', "", [("flow.end-outgoing", 3, "e")]),
    "flow into a boundary event": (
        around(
            f'<task id="n"/><boundaryEvent id="b" attachedToRef="n">{TIMER}</boundaryEvent>{flow("y", "b", "e")}{flow("x", "n", "b")}'
        ),
        "",
        [("flow.start-incoming", 2, "b")],
    ),
    "condition after a parallel gateway": (
        split("parallelGateway", when("=a"), ""),
        "",
        [("flow.condition-place", 3, "g_a")],
    ),
    "condition after an event": (
        f'{ENDS}\n{flow("x", "s", "e", when("=a"))}',
        "",
        [("flow.condition-place", 3, "x")],
    ),
    "default is another's flow": (
        split("exclusiveGateway", when("=a"), when("=b"), 'default="s_g"'),
        "",
        [("flow.default", 2, "g")],
    ),
    "default does not exist": (
        split("inclusiveGateway", when("=a"), when("=b"), 'default="ghost"'),
        "",
        [("flow.default", 2, "g")],
    ),
    "several open flows": (
        split("exclusiveGateway", "", ""),
        "",
        [("gateway.unconditioned", 2, "g")],
    ),
    "event gateway to a task": (
        split("eventBasedGateway", "", "").replace('<task id="a"/>', '<receiveTask id="a" messageRef="m"/>'),
        MESSAGE,
        [("gateway.event-targets", 5, "b")],
    ),
    "event gateway to a shared catch": (
        split("eventBasedGateway", "", "")
        .replace('<task id="a"/>', f'<intermediateCatchEvent id="a">{TIMER}</intermediateCatchEvent>')
        .replace('<task id="b"/>', f'<intermediateCatchEvent id="b">{TIMER}</intermediateCatchEvent>')
        + f'<task id="n"/>{flow("x1", "a", "n")}\n{flow("x2", "n", "b")}',
        "",
        [("gateway.event-targets", 5, "b")],
    ),
    "forgotten wiring": (
        f'{ENDS}{chain("s", "e")}\n<task id="n"/>{flow("x", "n", "e")}',
        "",
        [("node.unreachable", 3, "n")],
    ),
    "island in a circle": (
        f'{ENDS}{chain("s", "e")}\n<task id="a"/>\n<exclusiveGateway id="b" default="x"/>{chain("a", "b", "a")}{flow("x", "b", "e")}'.replace(
            flow("b_a", "b", "a"), flow("b_a", "b", "a", when("=a"))
        ),
        "",
        [("node.unreachable", 3, "a"), ("node.unreachable", 4, "b")],
    ),
    "two boundaries for one code": (
        around(
            '<task id="n"/>'
            '<boundaryEvent id="b1" attachedToRef="n"><errorEventDefinition errorRef="err"/></boundaryEvent>\n'
            '<boundaryEvent id="b2" attachedToRef="n"><errorEventDefinition errorRef="err"/></boundaryEvent>'
            f"{flow('x', 'b1', 'e')}{flow('y', 'b2', 'e')}"
        ),
        ERROR,
        [("boundary.ambiguous", 3, "b2")],
    ),
    "error boundary that does not interrupt": (
        around(
            '<task id="n"/>'
            '<boundaryEvent id="b" attachedToRef="n" cancelActivity="false"><errorEventDefinition errorRef="err"/>'
            f"</boundaryEvent>{flow('x', 'b', 'e')}"
        ),
        ERROR,
        [("event.interrupting", 2, "b")],
    ),
    "boundary without trigger": (
        around(f'<task id="n"/><boundaryEvent id="b" attachedToRef="n"/>{flow("x", "b", "e")}'),
        "",
        [("event.kind", 2, "b")],
    ),
    "catch without trigger": (around('<intermediateCatchEvent id="n"/>'), "", [("event.kind", 2, "n")]),
    "error caught in the middle": (
        around('<intermediateCatchEvent id="n"><errorEventDefinition/></intermediateCatchEvent>'),
        "",
        [("event.kind", 2, "n")],
    ),
    "error thrown in the middle": (
        around('<intermediateThrowEvent id="n"><errorEventDefinition errorRef="err"/></intermediateThrowEvent>'),
        ERROR,
        [("event.kind", 2, "n")],
    ),
    "process begun by an error": (
        '<startEvent id="s"><errorEventDefinition/></startEvent><endEvent id="e"/>' + chain("s", "e"),
        "",
        [("event.kind", 2, "s")],
    ),
    "sub-process begun by a timer": (
        around(f'<subProcess id="n"><startEvent id="i"/>\n<startEvent id="t">{TIMER}</startEvent></subProcess>'),
        "",
        [("event.kind", 3, "t")],
    ),
    "two triggers": (
        around(f'<intermediateCatchEvent id="n">{TIMER}{TIMER}</intermediateCatchEvent>'),
        "",
        [("event.multiple", 2, "n")],
    ),
    "event definition that does not exist": (
        around('<intermediateCatchEvent id="n"><eventDefinitionRef>ghost</eventDefinitionRef></intermediateCatchEvent>'),
        "",
        [("ref.dangling", 2, "n")],
    ),
    "message that does not exist": (
        around('<receiveTask id="n" messageRef="ghost"/>'),
        "",
        [("ref.dangling", 2, "n")],
    ),
    "signal that does not exist": (
        around('<intermediateThrowEvent id="n"><signalEventDefinition signalRef="ghost"/></intermediateThrowEvent>'),
        "",
        [("ref.dangling", 2, "n")],
    ),
    "error that is a message": (
        f'<startEvent id="s"/><endEvent id="e"><errorEventDefinition errorRef="m"/></endEvent>{chain("s", "e")}',
        MESSAGE,
        [("ref.dangling", 2, "e")],
    ),
    "receive task without message": (around('<receiveTask id="n"/>'), "", [("event.reference", 2, "n")]),
    "send task without message or job": (around('<sendTask id="n"/>'), "", [("event.reference", 2, "n")]),
    "message end without message or job": (
        f'<startEvent id="s"/><endEvent id="e"><messageEventDefinition/></endEvent>{chain("s", "e")}',
        "",
        [("event.reference", 2, "e")],
    ),
    "message without name": (
        around('<receiveTask id="n" messageRef="m2"/>'),
        f'<message id="m2">{ext("""<zeebe:subscription correlationKey="=k"/>""")}</message>',
        [("event.reference", 2, "n")],
    ),
    "error thrown without code": (
        f'<startEvent id="s"/><endEvent id="e"><errorEventDefinition/></endEvent>{chain("s", "e")}',
        "",
        [("event.reference", 2, "e")],
    ),
    "caught code is an expression": (
        around(
            '<task id="n"/><boundaryEvent id="b" attachedToRef="n"><errorEventDefinition errorRef="err2"/>'
            f"</boundaryEvent>{flow('x', 'b', 'e')}"
        ),
        '<error id="err2" errorCode="=a"/>',
        [("event.code", 2, "b")],
    ),
    "event sub-process with flow": (
        event_sub(f'<startEvent id="t">{TIMER}</startEvent>', rest=flow("x", "es", "e")),
        "",
        [("subprocess.event-flow", 2, "es")],
    ),
    "event sub-process without trigger": (
        event_sub('<startEvent id="t"/>'),
        "",
        [("subprocess.event-start", 2, "es"), ("event.kind", 2, "t")],
    ),
    "event sub-process with two starts": (
        event_sub(f'<startEvent id="t">{TIMER}</startEvent><startEvent id="u">{TIMER}</startEvent>'),
        "",
        [("subprocess.event-start", 2, "es")],
    ),
    "message caught without key": (
        around('<receiveTask id="n" messageRef="m2"/>'),
        '<message id="m2" name="x"/>',
        [("event.correlation", 2, "n")],
    ),
    "two start events without trigger": (
        f'{ENDS}{chain("s", "e")}\n<startEvent id="n"/>{flow("x", "n", "e")}',
        "",
        [("process.starts", 3, "n")],
    ),
    "empty sub-process": (around('<subProcess id="n"/>'), "", [("process.empty", 2, "n")]),
    "link that leads nowhere": (
        f'<startEvent id="s"/>\n<intermediateThrowEvent id="n"><linkEventDefinition name="L"/></intermediateThrowEvent>{chain("s", "n")}',
        "",
        [("link.pair", 3, "n")],
    ),
    "link nobody throws": (
        f'{ENDS}{chain("s", "e")}\n<intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent>{flow("x", "c", "e")}',
        "",
        [("link.pair", 3, "c"), ("node.unreachable", 3, "c")],
    ),
    "link throw with outgoing flow": (
        around('<intermediateThrowEvent id="n"><linkEventDefinition name="L"/></intermediateThrowEvent>')
        + f'<intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent>{flow("x", "c", "e")}',
        "",
        [("link.flow", 2, "n")],
    ),
    "reserved id": (around('<task id="Start"/>', "Start"), "", [("id.reserved", 2, "Start")]),
    "reserved ending": (around('<task id="n"/>') + '\n<dataObject id="a.EndJoin"/>', "", [("id.reserved", 4, "a.EndJoin")]),
    "reserved beginning": (around('<task id="n"/>') + '\n<dataObject id="bihuan.x"/>', "", [("id.reserved", 4, "bihuan.x")]),
    "repeated id": (
        around('<task id="n"/>') + '\n<dataObject id="n"/>',
        "",
        [("id.duplicate", 4, "n")],
    ),
    "task without id": (around('<task id="n"/>\n<task name="x"/>'), "", [("id.missing", 3, "p")]),
    "lane of a ghost": (
        '<laneSet id="ls"><lane id="l">\n<flowNodeRef>ghost</flowNodeRef></lane></laneSet>' + around('<task id="n"/>'),
        "",
        [("ref.dangling", 3, "l")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_breaking_a_rule_gives_its_finding(name: str) -> None:
    body, roots, expected = BROKEN[name]
    assert errors(diagram(body, roots=roots)) == expected


DOUBTFUL: dict[str, tuple[str, str, list[tuple[str, int, str]]]] = {
    "no default at an exclusive split": (
        split("exclusiveGateway", when("=a"), when("=b")),
        "",
        [("gateway.no-default", 2, "g")],
    ),
    "no default at an inclusive split": (
        split("inclusiveGateway", when("=a"), when("=b")),
        "",
        [("gateway.no-default", 2, "g")],
    ),
    "activity whose flows all have conditions": (
        around('<task id="n"/>').replace(flow("n_e", "n", "e"), flow("n_e", "n", "e", when("=a"))),
        "",
        [("gateway.no-default", 2, "n")],
    ),
    "one open flow beside the default": (
        split("exclusiveGateway", "", "", 'default="g_b"'),
        "",
        [("gateway.condition-missing", 3, "g_a")],
    ),
    "open flows at an inclusive split": (
        split("inclusiveGateway", "", when("=b"), 'default="g_b"'),
        "",
        [("gateway.condition-missing", 3, "g_a"), ("flow.default-condition", 4, "g_b")],
    ),
    "condition on the default": (
        split("exclusiveGateway", when("=a"), when("=b"), 'default="g_b"'),
        "",
        [("flow.default-condition", 4, "g_b")],
    ),
    "a listed flow of another": (
        around('<task id="n"><outgoing>s_n</outgoing></task>'),
        "",
        [("flow.listing", 2, "n")],
    ),
    "a circle without way out": (
        f'<startEvent id="s"/>\n<task id="a"/>\n<task id="b"/>{chain("s", "a", "b", "a")}',
        "",
        [("node.no-end", 2, "s"), ("node.no-end", 3, "a"), ("node.no-end", 4, "b")],
    ),
    "boundary event that leads nowhere": (
        around(f'<task id="n"/><boundaryEvent id="b" attachedToRef="n">{TIMER}</boundaryEvent>'),
        "",
        [("boundary.no-outgoing", 2, "b")],
    ),
    "event gateway with one way": (
        around(
            f'<eventBasedGateway id="g"/><intermediateCatchEvent id="n">{TIMER}</intermediateCatchEvent>', "g"
        ).replace(flow("g_e", "g", "e"), chain("g", "n", "e")),
        "",
        [("gateway.event-single", 2, "g")],
    ),
    "cycle in the middle": (
        around(
            '<intermediateCatchEvent id="n"><timerEventDefinition><timeCycle>R3/PT1H</timeCycle>'
            "</timerEventDefinition></intermediateCatchEvent>"
        ),
        "",
        [("timer.cycle-place", 2, "n")],
    ),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubtful_diagrams_are_accepted_with_a_warning(name: str) -> None:
    body, roots, expected = DOUBTFUL[name]
    assert warnings(diagram(body, roots=roots)) == expected


def test_a_process_that_is_not_executable_is_skipped_with_a_warning() -> None:
    other = '<process id="q"><complexGateway id="c"/></process>'
    assert warnings(diagram(around('<task id="n"/>'), roots=other)) == [("process.not-executable", 4, "q")]


def test_a_file_without_executable_process_is_refused() -> None:
    found = errors(diagram(around('<task id="n"/>'), process='id="p"'))
    assert found == [("file.no-process", 1, None)]


def test_a_file_that_is_not_bpmn_is_refused() -> None:
    assert errors(b"<a/>") == [("file.root", 1, None)]


def test_schema_violations_name_line_and_element() -> None:
    body = around('<task id="n">\n<nonsense/></task>')
    found = [f for f in findings(diagram(body)) if f.rule == "file.xsd"]
    assert [(f.line, f.element) for f in found] == [(3, "n")]
    assert "nonsense" in found[0].message_zh


def test_a_misspelt_attribute_violates_the_schema() -> None:
    assert errors(diagram(around('<task id="n" nmae="x"/>'))) == [("file.xsd", 2, "n")]


def test_process_ids_are_unique_across_the_files_of_a_package() -> None:
    one = diagram(around('<task id="n"/>'))
    assert errors(("a.bpmn", one), ("b.bpmn", one)) == [("process.duplicate", 1, "p")]


def test_all_errors_are_listed_not_only_the_first() -> None:
    body = around(f'<task id="Start"/><serviceTask id="j"/>{flow("x", "n", "ghost")}', "Start")
    assert {rule for rule, _, _ in errors(diagram(body))} == {
        "id.reserved",
        "ref.dangling",
        "task.job",
        "node.unreachable",
    }


def test_head_is_one_line() -> None:
    assert "\n" not in HEAD
