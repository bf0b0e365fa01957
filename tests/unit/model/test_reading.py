"""What a diagram in the Zeebe dialect becomes."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.definition import (
    Behavior,
    Definition,
    Event,
    EventKind,
    JobSpec,
    Node,
    NodeKind,
    Setting,
    Throw,
    TimerKind,
)
from tests.unit.model.writing import around, chain, diagram, ext, flow, form, read, when

DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="grade" name="grade"><variable name="grade"/><literalExpression><text>1 + 1</text></literalExpression></decision>
</definitions>"""
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def definition(body: str, *extra: tuple[str, bytes], roots: str = "", process: str = "") -> Definition:
    attributes = process or 'id="p" isExecutable="true" name="流程"'
    (found,) = read(diagram(body, roots=roots, process=attributes), *extra, known=["other"]).definitions
    return found


def node(xml: str, *extra: tuple[str, bytes], roots: str = "") -> Node:
    return definition(around(xml), *extra, roots=roots).nodes["n"]


def shown(setting: Setting | None) -> str | None:
    """The setting as it was written."""
    if setting is None:
        return None
    return setting.text if setting.expression is None else f"={setting.expression.text}"


def test_a_process_is_its_graph() -> None:
    found = definition(
        '<startEvent id="s" name="始"/>\n<exclusiveGateway id="g" default="f3"/>\n<task id="t"/><endEvent id="e"/>'
        + flow("f1", "s", "g")
        + flow("f2", "g", "t", when("=a > 1"))
        + flow("f3", "g", "e")
        + flow("f4", "t", "e")
    )
    assert (found.key, found.name, found.file) == ("p", "流程", "p.bpmn")
    assert list(found.nodes) == ["s", "g", "t", "e"]
    assert [found.nodes[id_].kind for id_ in found.nodes] == [
        NodeKind.START_EVENT,
        NodeKind.EXCLUSIVE_GATEWAY,
        NodeKind.TASK,
        NodeKind.END_EVENT,
    ]
    assert found.nodes["g"].incoming == ("f1",)
    assert found.nodes["g"].outgoing == ("f2", "f3")
    assert found.nodes["g"].line == 3
    condition = found.flows["f2"].condition
    assert condition is not None
    assert condition.text == "a > 1"
    assert found.flows["f3"].is_default
    assert found.containers["p"].starts == ("s",)
    assert found.containers["p"].parent is None


def test_a_user_task_says_who_when_and_with_which_form() -> None:
    found = node(
        '<userTask id="n">'
        + ext(
            "<zeebe:userTask/><zeebe:formDefinition formId='f'/>"
            "<zeebe:assignmentDefinition assignee='=owner' candidateGroups='a,b' candidateUsers='u'/>"
            "<zeebe:taskSchedule dueDate='=now()' followUpDate='2026-01-01T00:00:00Z'/>"
            "<zeebe:priorityDefinition priority='70'/>"
            "<zeebe:properties><zeebe:property name='bihuan:limit' value='whistle.check_in'/></zeebe:properties>"
        )
        + "</userTask>",
        ("f.form", form()),
    )
    work = found.work
    assert work is not None
    assert shown(work.assignee) == "=owner"
    assert shown(work.candidate_groups) == "a,b"
    assert shown(work.candidate_users) == "u"
    assert work.form == "f"
    assert shown(work.due) == "=now()"
    assert shown(work.follow_up) == "2026-01-01T00:00:00Z"
    assert shown(work.priority) == "70"
    assert found.properties == {"bihuan:limit": "whistle.check_in"}


@pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "scriptTask", "businessRuleTask"])
def test_a_job_has_type_retries_and_headers(kind: str) -> None:
    found = node(
        f'<{kind} id="n">'
        + ext(
            "<zeebe:taskDefinition type='notify' retries='5'/>"
            "<zeebe:taskHeaders><zeebe:header key='k' value='v'/></zeebe:taskHeaders>"
            "<zeebe:ioMapping><zeebe:input source='=a' target='b'/><zeebe:input source='x' target='c'/>"
            "<zeebe:output source='=r' target='d.e'/></zeebe:ioMapping>"
        )
        + f"</{kind}>"
    )
    assert found.job == JobSpec(type=Setting(text="notify"), retries=5, headers=(("k", "v"),))
    assert [(shown(m.source), m.target) for m in found.inputs] == [("=a", ("b",)), ("x", ("c",))]
    assert [(shown(m.source), m.target) for m in found.outputs] == [("=r", ("d", "e"))]


def test_retries_are_three_when_nothing_is_said() -> None:
    job = node(f'<serviceTask id="n">{ext("""<zeebe:taskDefinition type="=kind"/>""")}</serviceTask>').job
    assert job is not None
    assert job.retries == 3
    assert shown(job.type) == "=kind"


def test_scripts_and_decisions_have_a_result_variable() -> None:
    script = node(
        f'<scriptTask id="n">{ext("""<zeebe:script expression="=1 + 1" resultVariable="r"/>""")}</scriptTask>'
    )
    assert script.script is not None
    assert (script.script.text, script.result_variable) == ("1 + 1", "r")
    called = "<zeebe:calledDecision decisionId='grade' resultVariable='g'/>"
    found = definition(around(f'<businessRuleTask id="n">{ext(called)}</businessRuleTask>'), ("d.dmn", DMN))
    assert (found.nodes["n"].decision, found.nodes["n"].result_variable) == ("grade", "g")
    assert list(found.decisions) == ["grade"]
    assert sorted(found.resources) == ["d.dmn", "p.bpmn"]


def test_a_call_names_its_process_and_what_it_passes_on() -> None:
    called = "<zeebe:calledElement processId='other' propagateAllChildVariables='false'/>"
    call = node(f'<callActivity id="n">{ext(called)}</callActivity>').call
    assert call is not None
    assert (shown(call.process), call.propagate_parent, call.propagate_child) == ("other", True, False)
    plain = node('<callActivity id="n" calledElement="other"/>').call
    assert plain is not None
    assert (shown(plain.process), plain.propagate_child) == ("other", True)


def test_multi_instance_over_a_collection() -> None:
    loop = (
        '<multiInstanceLoopCharacteristics isSequential="true">'
        + ext(
            "<zeebe:loopCharacteristics inputCollection='=units' inputElement='unit'"
            " outputCollection='reports' outputElement='=report'/>"
        )
        + "<completionCondition>=enough</completionCondition></multiInstanceLoopCharacteristics>"
    )
    multi = node(f'<task id="n">{loop}</task>').multi
    assert multi is not None
    assert multi.sequential
    assert multi.cardinality is None
    texts = [e.text if e else None for e in (multi.collection, multi.output_element, multi.completion)]
    assert texts == ["units", "report", "enough"]
    assert (multi.element, multi.output_collection) == ("unit", "reports")


def test_multi_instance_by_number() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    multi = node(f'<task id="n">{loop}</task>').multi
    assert multi is not None
    assert multi.cardinality is not None
    assert (multi.cardinality.text, multi.sequential, multi.collection) == ("3", False, None)


ROOTS = (
    f'<message id="m" name="done">{ext("""<zeebe:subscription correlationKey="=case.code"/>""")}</message>'
    '<signal id="sig" name="=a + b"/><error id="err" name="x" errorCode="E1"/>'
    '<escalation id="esc" name="x" escalationCode="UP"/>'
    f'<timerEventDefinition id="shared"><timeDate>2026-01-01T08:00:00+08:00</timeDate></timerEventDefinition>'
)


@pytest.mark.parametrize(
    ("xml", "kind", "name", "key", "timer_kind", "timer"),
    [
        ("<messageEventDefinition messageRef='m'/>", "message", "done", "=case.code", None, None),
        ("<signalEventDefinition signalRef='sig'/>", "signal", "=a + b", None, None, None),
        (TIMER, "timer", None, None, TimerKind.DURATION, "PT1H"),
        ("<timerEventDefinition><timeDate>=d</timeDate></timerEventDefinition>", "timer", None, None, TimerKind.DATE, "=d"),
        ("<eventDefinitionRef>shared</eventDefinitionRef>", "timer", None, None, TimerKind.DATE, "2026-01-01T08:00:00+08:00"),
    ],
)  # fmt: skip
def test_events_that_are_caught(
    xml: str, kind: str, name: str | None, key: str | None, timer_kind: TimerKind | None, timer: str | None
) -> None:
    event = node(f'<intermediateCatchEvent id="n">{xml}</intermediateCatchEvent>', roots=ROOTS).event
    assert event is not None
    assert (event.kind, shown(event.name), shown(event.correlation_key)) == (EventKind(kind), name, key)
    assert (event.timer_kind, shown(event.timer)) == (timer_kind, timer)


def test_events_that_are_thrown_and_coded() -> None:
    found = definition(
        '<startEvent id="s"/><subProcess id="sub"><endEvent id="fail"><errorEventDefinition errorRef="err"/></endEvent></subProcess>'
        '<boundaryEvent id="b" attachedToRef="sub"><errorEventDefinition errorRef="err"/></boundaryEvent>'
        '<boundaryEvent id="c" attachedToRef="sub"><errorEventDefinition/></boundaryEvent>'
        '<boundaryEvent id="u" attachedToRef="sub" cancelActivity="false"><escalationEventDefinition escalationRef="esc"/></boundaryEvent>'
        '<intermediateThrowEvent id="t"><escalationEventDefinition escalationRef="esc"/></intermediateThrowEvent>'
        '<endEvent id="e"><terminateEventDefinition/></endEvent>'
        + chain("s", "sub", "t", "e")
        + chain("b", "e") + chain("c", "e") + chain("u", "e"),
        roots=ROOTS,
    )  # fmt: skip
    events = {id_: found.nodes[id_].event for id_ in ("fail", "b", "c", "u", "t", "e")}
    assert {id_: (e.kind.value, shown(e.name)) for id_, e in events.items() if e} == {
        "fail": ("error", "E1"),
        "b": ("error", "E1"),
        "c": ("error", None),
        "u": ("escalation", "UP"),
        "t": ("escalation", "UP"),
        "e": ("terminate", None),
    }
    assert found.nodes["sub"].boundary == ("b", "c", "u")
    assert [found.nodes[id_].interrupting for id_ in ("b", "u")] == [True, False]
    assert found.nodes["b"].attached_to == "sub"


def test_a_receive_task_waits_for_its_message_and_a_send_task_publishes_one() -> None:
    receive = node('<receiveTask id="n" messageRef="m"/>', roots=ROOTS).event
    send = node(
        '<sendTask id="n" messageRef="m">'
        + ext("<zeebe:properties><zeebe:property name='bihuan:correlation_key' value='=other'/></zeebe:properties>")
        + "</sendTask>",
        roots=ROOTS,
    ).event  # fmt: skip
    assert receive is not None
    assert send is not None
    assert (receive.kind, shown(receive.correlation_key)) == (EventKind.MESSAGE, "=case.code")
    assert (shown(send.name), shown(send.correlation_key)) == ("done", "=other")


def test_a_message_event_may_be_worked_as_a_job() -> None:
    found = node(
        f'<intermediateThrowEvent id="n">{ext("""<zeebe:taskDefinition type="mail"/>""")}<messageEventDefinition/></intermediateThrowEvent>'
    )
    assert found.event == Event(kind=EventKind.MESSAGE)
    assert found.job is not None


def test_a_conditional_event_says_what_it_watches() -> None:
    def conditional(inner: str) -> Event:
        written = f"<conditionalEventDefinition>{inner}<condition>=a.b &gt; c</condition></conditionalEventDefinition>"
        event = node(f'<intermediateCatchEvent id="n">{written}</intermediateCatchEvent>').event
        assert event is not None
        return event

    plain = conditional("")
    assert plain.kind is EventKind.CONDITIONAL
    assert plain.condition is not None
    assert (plain.condition.text, plain.watched) == ("a.b > c", frozenset({"a", "c"}))
    assert plain.changes == {"create", "update"}
    chosen = conditional(ext('<zeebe:conditionalFilter variableNames="a, d" variableEvents="create"/>'))
    assert (chosen.watched, chosen.changes) == (frozenset({"a", "d"}), frozenset({"create"}))


def test_a_transaction_is_a_sub_process_that_can_be_cancelled() -> None:
    found = definition(
        around(
            '<transaction id="n"><startEvent id="ns"/><endEvent id="ne"><cancelEventDefinition/></endEvent>'
            + chain("ns", "ne")
            + '</transaction><boundaryEvent id="b" attachedToRef="n"><cancelEventDefinition/></boundaryEvent>'
            + '<endEvent id="be"/>'
            + chain("b", "be")
        )
    )
    assert (found.nodes["n"].kind, found.nodes["n"].transaction) == (NodeKind.SUB_PROCESS, True)
    assert [found.nodes[id_].event for id_ in ("ne", "b")] == [Event(kind=EventKind.CANCEL)] * 2


def test_multi_instance_says_which_events_it_throws_when() -> None:
    roots = '<signal id="s1" name="bell"/><signalEventDefinition id="ring" signalRef="s1"/>'
    one = node(
        '<task id="n"><multiInstanceLoopCharacteristics behavior="One" oneBehaviorEventRef="ring">'
        "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></task>",
        roots=roots,
    ).multi
    bell = Event(kind=EventKind.SIGNAL, name=Setting(text="bell"))
    assert one is not None
    assert (one.behavior, one.throws) == (Behavior.ONE, (Throw(event=bell),))
    some = node(
        '<task id="n"><multiInstanceLoopCharacteristics behavior="Complex"><loopCardinality>2</loopCardinality>'
        '<complexBehaviorDefinition><condition>=loopCounter = 2</condition><event id="thrown">'
        '<signalEventDefinition signalRef="s1"/></event></complexBehaviorDefinition>'
        "</multiInstanceLoopCharacteristics></task>",
        roots=roots,
    ).multi
    assert some is not None
    ((event, condition),) = [(throw.event, throw.condition) for throw in some.throws]
    assert condition is not None
    assert (some.behavior, event, condition.text) == (Behavior.COMPLEX, bell, "loopCounter = 2")


def test_links_become_flows() -> None:
    found = definition(
        '<startEvent id="s"/><task id="a"/><endEvent id="e"/>'
        '<intermediateThrowEvent id="t1"><linkEventDefinition name="L"/></intermediateThrowEvent>'
        '<intermediateThrowEvent id="t2"><linkEventDefinition name="L"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent>'
        + chain("s", "a", "t1")
        + flow("x", "a", "t2")
        + chain("c", "e")
    )
    jumps = [flow for flow in found.flows.values() if flow.synthetic]
    assert [(jump.source, jump.target) for jump in jumps] == [("t1", "c"), ("t2", "c")]
    assert found.nodes["c"].incoming == tuple(jump.id for jump in jumps)
    assert len(set(found.flows)) == len(found.flows)
    assert found.containers["p"].starts == ("s",)


def test_without_start_event_every_node_without_incoming_flow_begins() -> None:
    found = definition(
        '<task id="a"/><task id="b"/><task id="c"/>'
        f'<boundaryEvent id="t" attachedToRef="a">{TIMER}</boundaryEvent>{chain("t", "c")}'
        f'<subProcess id="es" triggeredByEvent="true"><startEvent id="es_s">{TIMER}</startEvent></subProcess>'
    )
    assert found.containers["p"].starts == ("a", "b")
    assert found.containers["p"].event_sub_processes == ("es",)
    assert found.containers["es"].event_starts == ("es_s",)
    assert found.containers["es"].starts == ()
    assert found.nodes["es"].kind is NodeKind.EVENT_SUB_PROCESS


def test_none_starts_and_triggered_starts_are_told_apart() -> None:
    found = definition(
        f'<startEvent id="s"/><startEvent id="t">{TIMER}</startEvent><endEvent id="e"/>'
        + chain("s", "e")
        + chain("t", "e")
    )
    assert found.containers["p"].starts == ("s",)
    assert found.containers["p"].event_starts == ("t",)


def test_sub_processes_are_containers_with_a_parent() -> None:
    found = definition(around('<subProcess id="n" name="内"><startEvent id="i"/><subProcess id="m"><task id="t"/></subProcess>' + chain("i", "m") + "</subProcess>"))  # fmt: skip
    assert {id_: c.parent for id_, c in found.containers.items()} == {"p": None, "n": "p", "m": "n"}
    assert found.containers["n"].name == "内"
    assert found.nodes["t"].container == "m"
    assert found.containers["m"].starts == ("t",)


def test_nodes_know_their_innermost_lane() -> None:
    lanes = (
        '<laneSet id="ls"><lane id="l1" name="镇"><flowNodeRef>s</flowNodeRef><flowNodeRef>n</flowNodeRef>'
        '<childLaneSet id="c"><lane id="l2" name="司法所"><flowNodeRef>n</flowNodeRef></lane></childLaneSet></lane></laneSet>'
    )
    found = definition(lanes + around('<subProcess id="n"><task id="t"/></subProcess>'))
    assert {id_: found.nodes[id_].lane for id_ in ("s", "n", "t", "e")} == {
        "s": "镇",
        "n": "司法所",
        "t": "司法所",
        "e": None,
    }


def test_process_properties_and_version_tag() -> None:
    body = (
        ext(
            "<zeebe:versionTag value='1.2'/>"
            "<zeebe:properties><zeebe:property name='bihuan:limit' value='case'/></zeebe:properties>"
        )
        + around('<task id="n"/>')
    )  # fmt: skip
    found = definition(body)
    assert found.version_tag == "1.2"
    assert found.properties == {"bihuan:limit": "case"}


def test_documentation_annotations_and_data_objects_are_accepted() -> None:
    body = (
        around('<task id="n"><documentation>x</documentation></task>')
        + '<dataObject id="do"/><dataObjectReference id="dr" dataObjectRef="do"/>'
        '<textAnnotation id="ta"><text>note</text></textAnnotation><association id="as" sourceRef="n" targetRef="ta"/>'
    )
    assert read(diagram(body)).findings == ()


def test_one_file_may_hold_several_processes() -> None:
    other = '<process id="q" isExecutable="true"><task id="only"/></process>'
    package = read(diagram(around('<callActivity id="n" calledElement="q"/>'), roots=other))
    assert [found.key for found in package.definitions] == ["p", "q"]
    assert package.definitions[0].digest != package.definitions[1].digest


def test_reading_twice_gives_equal_values() -> None:
    def values(found: Definition) -> list[Any]:
        return [found.digest, found.containers, list(found.nodes), list(found.flows)]

    assert values(definition(around('<task id="n"/>'))) == values(definition(around('<task id="n"/>')))
