"""What is not executed is refused at deployment, by element id and line, and nothing of the package remains."""

from __future__ import annotations

import pytest

from tests.support.bpmn import (
    boundary,
    catch,
    conditional,
    diagram,
    end,
    error,
    event_sub,
    file,
    message,
    parallel,
    process,
    race,
    start,
    sub,
    task,
    timer,
    transaction,
    user,
)
from tests.support.driving import refusals
from tests.support.proof import proves

AROUND = "s -> n -> e"
CONDITION = "<conditionalEventDefinition><condition>=x</condition></conditionalEventDefinition>"
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
SIGNAL = '<signalEventDefinition root:signal="x"/>'


def refused(data: bytes, element: str, rule: str) -> None:
    """Assert that the element is refused by this rule on its own line."""
    from tests.support.bpmn import line_of

    found = refusals(data)
    assert (rule, line_of(data, element), element) in found, found


def inside(xml: str, *more: str) -> bytes:
    """A process in which `xml`, on one line and with id n, stands between start and end."""
    return diagram(start("s"), xml, end("e"), *more, AROUND)


def beside(xml: str) -> bytes:
    """A process in which `xml`, on one line and with id n, stands beside a task."""
    return diagram(start("s"), user("a"), xml, end("e"), end("e2"), "s -> a -> e", "n -> e2")


@proves("complexGateway", refused=True)
def test_complex_gateway() -> None:
    refused(inside('<complexGateway id="n"/>'), "n", "unsupported.element")


@proves("transaction/method", "transaction/event sub-process", refused=True)
@pytest.mark.parametrize("attribute", ['method="##Store"', 'method="##Image"', 'triggeredByEvent="true"'])
def test_transactions_of_other_kinds(attribute: str) -> None:
    refused(
        inside(f'<transaction id="n" {attribute}><task id="t"/></transaction>'), "n", "unsupported.attribute"
    )


@proves("transaction/compensation", refused=True)
def test_transactions_that_compensate() -> None:
    undo = '<task id="n" isForCompensation="true"/>'
    xml = transaction("box", start("bs"), task("t"), undo, end("be"), "bs -> t -> be")
    refused(diagram(start("s"), xml, end("e"), "s -> box -> e"), "n", "unsupported.attribute")


@proves("adHocSubProcess", refused=True)
def test_ad_hoc_sub_process() -> None:
    xml = '<adHocSubProcess id="n"><task id="t"/></adHocSubProcess>'
    refused(inside(xml), "n", "unsupported.element")


@proves("subProcess/compensation", "callActivity/compensation", "task/compensation", refused=True)
@pytest.mark.parametrize("tag", ["task", "subProcess", "callActivity", "userTask"])
def test_activities_for_compensation(tag: str) -> None:
    inner = '<task id="t"/>' if tag == "subProcess" else ""
    extra = ' calledElement="p"' if tag == "callActivity" else ""
    refused(
        inside(f'<{tag} id="n" isForCompensation="true"{extra}>{inner}</{tag}>'), "n", "unsupported.attribute"
    )


@proves("startEvent/conditional", refused=True)
def test_a_process_that_a_condition_would_start() -> None:
    data = diagram(f'<startEvent id="n">{CONDITION}</startEvent>', end("e"), "n -> e")
    refused(data, "n", "event.conditional-start")


@proves("intermediateCatchEvent/conditional/other filters", refused=True)
@pytest.mark.parametrize("chosen", [{"events": "delete"}, {"names": "a.b"}, {"names": "1"}])
def test_filters_of_conditions_that_are_not_understood(chosen: dict[str, str]) -> None:
    event = conditional("x", **chosen)
    refused(
        inside(f'<intermediateCatchEvent id="n">{event}</intermediateCatchEvent>'), "n", "condition.filter"
    )


@proves("intermediateCatchEvent/conditional/without condition", refused=True)
def test_a_conditional_event_without_condition() -> None:
    empty = "<conditionalEventDefinition><condition/></conditionalEventDefinition>"
    refused(
        inside(f'<intermediateCatchEvent id="n">{empty}</intermediateCatchEvent>'), "n", "expression.missing"
    )


@proves(
    "intermediateThrowEvent/compensation", "endEvent/compensation", "boundaryEvent/compensation", refused=True
)
@proves("eventSubProcess/compensation", refused=True)
def test_compensation_events() -> None:
    what = "<compensateEventDefinition/>"
    refused(
        inside(f'<intermediateThrowEvent id="n">{what}</intermediateThrowEvent>'), "n", "unsupported.element"
    )
    refused(diagram(start("s"), f'<endEvent id="n">{what}</endEvent>', "s -> n"), "n", "unsupported.element")
    refused(
        beside(f'<boundaryEvent id="n" attachedToRef="a">{what}</boundaryEvent>'), "n", "unsupported.element"
    )
    handler = event_sub("on", f'<startEvent id="n">{what}</startEvent>')
    refused(diagram(start("s"), end("e"), "s -> e", handler), "n", "unsupported.element")


@proves("endEvent/cancel outside a transaction", refused=True)
def test_cancelling_what_is_no_transaction() -> None:
    what = "<cancelEventDefinition/>"
    refused(diagram(start("s"), f'<endEvent id="n">{what}</endEvent>', "s -> n"), "n", "transaction.cancel")
    inner = sub("box", start("bs"), f'<endEvent id="n">{what}</endEvent>', "bs -> n")
    refused(diagram(start("s"), inner, end("e"), "s -> box -> e"), "n", "transaction.cancel")
    nowhere = transaction("box", start("bs"), f'<endEvent id="n">{what}</endEvent>', "bs -> n")
    refused(diagram(start("s"), nowhere, end("e"), "s -> box -> e"), "n", "transaction.cancel")


@proves("boundaryEvent/cancel elsewhere or twice", refused=True)
def test_catching_a_cancellation_where_there_is_none() -> None:
    what = "<cancelEventDefinition/>"
    refused(
        beside(f'<boundaryEvent id="n" attachedToRef="a">{what}</boundaryEvent>'), "n", "transaction.cancel"
    )
    parts = (
        start("s"), transaction("box", start("bs"), end("no", what), "bs -> no"), boundary("b", "box", what),
        end("e"), end("e2"), end("e3"), "s -> box -> e; b -> e2; n -> e3",
    )  # fmt: skip
    twice = f'<boundaryEvent id="n" attachedToRef="box">{what}</boundaryEvent>'
    refused(diagram(*parts, twice), "n", "transaction.cancel")
    beside_it = f'<boundaryEvent id="n" attachedToRef="box" cancelActivity="false">{what}</boundaryEvent>'
    refused(diagram(*parts[:2], beside_it, *parts[3:6], "s -> box -> e; n -> e2"), "n", "event.interrupting")


@proves("intermediateCatchEvent/cancel", "intermediateThrowEvent/cancel", "startEvent/cancel", refused=True)
def test_cancel_events_in_the_flow() -> None:
    what = "<cancelEventDefinition/>"
    for tag in ("intermediateCatchEvent", "intermediateThrowEvent"):
        refused(inside(f'<{tag} id="n">{what}</{tag}>'), "n", "event.kind")
    refused(diagram(f'<startEvent id="n">{what}</startEvent>', end("e"), "n -> e"), "n", "event.kind")


@proves("startEvent/multiple", "intermediateCatchEvent/multiple", "boundaryEvent/multiple", refused=True)
@proves("intermediateThrowEvent/multiple", "endEvent/multiple", "eventSubProcess/multiple", refused=True)
def test_events_with_several_triggers() -> None:
    both = TIMER + SIGNAL
    refused(diagram(f'<startEvent id="n">{both}</startEvent>', end("e"), "n -> e"), "n", "event.multiple")
    refused(inside(f'<intermediateCatchEvent id="n">{both}</intermediateCatchEvent>'), "n", "event.multiple")
    refused(beside(f'<boundaryEvent id="n" attachedToRef="a">{both}</boundaryEvent>'), "n", "event.multiple")
    thrown = SIGNAL + "<terminateEventDefinition/>"
    refused(diagram(start("s"), f'<endEvent id="n">{thrown}</endEvent>', "s -> n"), "n", "event.multiple")
    refused(
        inside(f'<intermediateThrowEvent id="n">{SIGNAL}{SIGNAL}</intermediateThrowEvent>'),
        "n",
        "event.multiple",
    )
    handler = event_sub("on", f'<startEvent id="n">{both}</startEvent>')
    refused(diagram(start("s"), end("e"), "s -> e", handler), "n", "event.multiple")


@proves(
    "startEvent/parallel multiple", "intermediateCatchEvent/parallel multiple",
    "boundaryEvent/parallel multiple", "eventSubProcess/parallel multiple", refused=True,
)  # fmt: skip
def test_events_that_need_all_of_several_triggers() -> None:
    inner = TIMER
    refused(
        diagram(f'<startEvent id="n" parallelMultiple="true">{inner}</startEvent>', end("e"), "n -> e"),
        "n", "unsupported.attribute",
    )  # fmt: skip
    refused(
        inside(f'<intermediateCatchEvent id="n" parallelMultiple="true">{inner}</intermediateCatchEvent>'),
        "n", "unsupported.attribute",
    )  # fmt: skip
    refused(
        beside(f'<boundaryEvent id="n" attachedToRef="a" parallelMultiple="true">{inner}</boundaryEvent>'),
        "n", "unsupported.attribute",
    )  # fmt: skip
    handler = event_sub("on", f'<startEvent id="n" parallelMultiple="true">{inner}</startEvent>')
    refused(diagram(start("s"), end("e"), "s -> e", handler), "n", "unsupported.attribute")


@proves("standardLoopCharacteristics", refused=True)
def test_standard_loop() -> None:
    xml = '<userTask id="n"><standardLoopCharacteristics><loopCondition>=x</loopCondition></standardLoopCharacteristics></userTask>'
    refused(inside(xml), "n", "unsupported.element")


@proves("multiInstance/behavior/without or with other events", refused=True)
@pytest.mark.parametrize(
    "loop",
    [
        ' behavior="None"><loopCardinality>=2</loopCardinality>',
        ' behavior="One"><loopCardinality>=2</loopCardinality>',
        ' behavior="Complex"><loopCardinality>=2</loopCardinality>',
        ' behavior="One" oneBehaviorEventRef="fault"><loopCardinality>=2</loopCardinality>',
        ' noneBehaviorEventRef="bell"><loopCardinality>=2</loopCardinality>',
        (
            ' behavior="None" noneBehaviorEventRef="bell" oneBehaviorEventRef="bell">'
            "<loopCardinality>=2</loopCardinality>"
        ),
        (
            ' behavior="Complex"><loopCardinality>=2</loopCardinality><complexBehaviorDefinition>'
            "<condition>=true</condition></complexBehaviorDefinition>"
        ),
        (
            ' behavior="Complex"><loopCardinality>=2</loopCardinality><complexBehaviorDefinition>'
            "<condition>=true</condition><event><terminateEventDefinition/></event></complexBehaviorDefinition>"
        ),
    ],
)
def test_multi_instance_that_throws_nothing_or_what_it_cannot(loop: str) -> None:
    roots = (
        '<signal id="bell.signal" name="bell"/>', '<signalEventDefinition id="bell" signalRef="bell.signal"/>',
        '<error id="fault.error" errorCode="e"/>', '<errorEventDefinition id="fault" errorRef="fault.error"/>',
    )  # fmt: skip
    xml = f'<userTask id="n"><multiInstanceLoopCharacteristics{loop}</multiInstanceLoopCharacteristics></userTask>'
    data = file(*roots, process("p", start("s"), xml, end("e"), AROUND))
    refused(data, "n", "multi.behavior")


@proves("multiInstance/data item", refused=True)
def test_multi_instance_over_data_items() -> None:
    xml = '<userTask id="n"><multiInstanceLoopCharacteristics><loopDataInputRef>d</loopDataInputRef></multiInstanceLoopCharacteristics></userTask>'
    refused(inside(xml), "n", "unsupported.element")


@proves("receiveTask/instantiate", "eventBasedGateway/instantiate", refused=True)
def test_what_would_start_a_process_by_itself() -> None:
    refused(
        diagram('<receiveTask id="n" instantiate="true" root:message="m" root:key="=x"/>', end("e"), "n -> e"),
        "n", "unsupported.attribute",
    )  # fmt: skip
    refused(
        diagram('<eventBasedGateway id="n" instantiate="true"/>', catch("m", message("m", "=x")),
                catch("t", timer(duration="PT1H")), "n -> m; n -> t"),
        "n", "unsupported.attribute",
    )  # fmt: skip


@proves("eventBasedGateway/parallel", refused=True)
def test_an_event_gateway_that_waits_for_all_events() -> None:
    xml = '<eventBasedGateway id="n" eventGatewayType="Parallel"/>'
    data = diagram(
        start("s"),
        xml,
        catch("m", message("m", "=x")),
        catch("t", timer(duration="PT1H")),
        "s -> n; n -> m; n -> t",
    )
    refused(data, "n", "unsupported.attribute")


@proves("task/token quantities", refused=True)
@pytest.mark.parametrize("attribute", ["startQuantity", "completionQuantity"])
def test_token_quantities(attribute: str) -> None:
    refused(inside(f'<task id="n" {attribute}="2"/>'), "n", "unsupported.attribute")


@proves(
    "globalTask",
    "globalUserTask",
    "globalManualTask",
    "globalScriptTask",
    "globalBusinessRuleTask",
    refused=True,
)
@pytest.mark.parametrize(
    "tag", ["globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"]
)
def test_global_tasks(tag: str) -> None:
    refused(file(process("p", task("t")), f'<{tag} id="n"/>'), "n", "unsupported.element")


@proves("choreography", "choreographyTask", "subChoreography", "callChoreography", refused=True)
@proves("globalChoreographyTask", "globalConversation", refused=True)
def test_choreographies() -> None:
    refused(file(process("p", task("t")), '<choreography id="n"/>'), "n", "unsupported.element")
    refused(file(process("p", task("t")), '<globalConversation id="n"/>'), "n", "unsupported.element")
    refused(file(process("p", task("t")), '<globalChoreographyTask id="n"/>'), "n", "unsupported.element")
    members = "<participantRef>a</participantRef><participantRef>b</participantRef>"
    for tag in ("choreographyTask", "callChoreography", "subChoreography"):
        xml = f'<{tag} id="n" initiatingParticipantRef="a">{members}</{tag}>'
        refused(inside(xml), "n", "unsupported.element")


@proves("implicitThrowEvent", "event", refused=True)
@pytest.mark.parametrize("tag", ["implicitThrowEvent", "event"])
def test_events_without_a_place(tag: str) -> None:
    refused(inside(f'<{tag} id="n"/>'), "n", "unsupported.element")


@proves("data/input output specification", refused=True)
def test_data_inputs_and_outputs_of_an_activity() -> None:
    specification = '<ioSpecification id="n"><dataInput id="d"/><inputSet><dataInputRefs>d</dataInputRefs></inputSet><outputSet/></ioSpecification>'
    data = diagram(start("s"), f'<task id="t">{specification}</task>', end("e"), "s -> t -> e")
    refused(data, "n", "unsupported.element")


@proves("data/association with assignment", refused=True)
def test_data_associations_that_compute() -> None:
    inner = '<dataInputAssociation id="n"><targetRef>q</targetRef><transformation>=x</transformation></dataInputAssociation>'
    data = diagram(start("s"), f'<task id="t"><property id="q"/>{inner}</task>', end("e"), "s -> t -> e")
    refused(data, "n", "unsupported.element")


@proves("resourceRole", refused=True)
@pytest.mark.parametrize("tag", ["performer", "humanPerformer", "potentialOwner", "resourceRole"])
def test_people_named_by_resource_roles(tag: str) -> None:
    """Who does a task is said by zeebe:assignmentDefinition; a role that would be ignored is refused."""
    xml = f'<userTask id="t"><{tag} id="n"><resourceAssignmentExpression><formalExpression>=x</formalExpression></resourceAssignmentExpression></{tag}></userTask>'
    refused(diagram(start("s"), xml, end("e"), "s -> t -> e"), "n", "unsupported.element")


@proves("scriptTask/other languages", refused=True)
def test_scripts_in_other_languages() -> None:
    refused(
        inside('<scriptTask id="n" scriptFormat="python"><script>x = 1</script></scriptTask>'),
        "n",
        "task.script",
    )


@proves("sequenceFlow/other languages", refused=True)
def test_conditions_in_other_languages() -> None:
    data = diagram(
        start("s"), '<exclusiveGateway id="g" default="f2"/>', end("e"), end("e2"), "s -> g",
        '<sequenceFlow id="f1" sourceRef="g" targetRef="e"><conditionExpression id="n" language="javascript">x</conditionExpression></sequenceFlow>',
        '<sequenceFlow id="f2" sourceRef="g" targetRef="e2"/>',
    )  # fmt: skip
    found = refusals(data)
    assert any(rule == "expression.language" and element in ("n", "f1") for rule, _, element in found), found


@proves("boundaryEvent/error/non-interrupting", "eventSubProcess/error/non-interrupting", refused=True)
def test_errors_that_do_not_interrupt() -> None:
    data = diagram(start("s"), user("a"), boundary("n", "a", error("E"), interrupting=False), "s -> a")
    refused(data, "n", "event.interrupting")
    data = diagram(
        start("s"),
        user("a"),
        "s -> a",
        event_sub("on", start("n", error("E"), interrupting=False), task("t"), "n -> t"),
    )
    refused(data, "n", "event.interrupting")


@proves(
    "startEvent/error", "startEvent/escalation", "startEvent/compensation", "intermediateCatchEvent/error",
    "intermediateCatchEvent/escalation", "intermediateThrowEvent/error", refused=True,
)  # fmt: skip
def test_events_in_places_bpmn_does_not_know() -> None:
    refused(diagram(start("n", error("E")), end("e"), "n -> e"), "n", "event.kind")
    refused(
        diagram('<startEvent id="n"><escalationEventDefinition root:escalation="X"/></startEvent>', end("e"), "n -> e"),
        "n", "event.kind",
    )  # fmt: skip
    refused(
        diagram('<startEvent id="n"><compensateEventDefinition/></startEvent>', end("e"), "n -> e"),
        "n", "unsupported.element",
    )  # fmt: skip
    refused(diagram(start("s"), catch("n", error("E")), end("e"), AROUND), "n", "event.kind")
    refused(
        inside('<intermediateCatchEvent id="n"><escalationEventDefinition/></intermediateCatchEvent>'),
        "n", "event.kind",
    )  # fmt: skip
    refused(
        inside('<intermediateThrowEvent id="n"><errorEventDefinition root:error="E"/></intermediateThrowEvent>'),
        "n", "event.kind",
    )  # fmt: skip


@proves("startEvent/triggered in sub-process", refused=True)
def test_a_sub_process_with_a_triggered_start() -> None:
    data = diagram(start("s"), sub("box", start("n", message("m", "=x")), task("t"), "n -> t"), "s -> box")
    refused(data, "n", "event.kind")


@proves("startEvent/several none", refused=True)
def test_several_start_events_without_trigger() -> None:
    """Each would be a start of its own (§10.5.2); which one a command means is not said."""
    data = diagram(start("s"), start("n"), end("e"), end("e2"), "s -> e; n -> e2")
    refused(data, "n", "process.starts")
    data = diagram(sub("box", start("s"), start("n"), end("e"), end("e2"), "s -> e; n -> e2"))
    refused(data, "n", "process.starts")


@proves("intermediateCatchEvent/message/without key", "boundaryEvent/message/without key", refused=True)
@proves("receiveTask/without key", "eventSubProcess/message/without key", refused=True)
def test_waiting_for_a_message_without_saying_which() -> None:
    refused(diagram(start("s"), catch("n", message("m")), end("e"), AROUND), "n", "event.correlation")
    refused(
        diagram(start("s"), user("a"), boundary("n", "a", message("m")), end("e"), "s -> a -> e; n -> e"),
        "n", "event.correlation",
    )  # fmt: skip
    refused(inside('<receiveTask id="n" root:message="m"/>'), "n", "event.correlation")
    handler = event_sub("on", start("n", message("m")), task("t"), "n -> t")
    refused(diagram(start("s"), end("e"), "s -> e", handler), "n", "event.correlation")


@proves("callActivity/bound to deployment", refused=True)
def test_a_call_bound_to_its_deployment() -> None:
    """A call runs the newest version; a diagram that asks for another is refused rather than misread."""
    xml = '<callActivity id="n"><extensionElements><zeebe:calledElement processId="p" bindingType="deployment"/></extensionElements></callActivity>'
    refused(inside(xml), "n", "unsupported.attribute")


@proves("data/mappings without effect", refused=True)
def test_mappings_where_they_would_have_no_effect() -> None:
    """Mappings are executed where docs/bpmn-support.md says so; elsewhere they would be ignored in silence."""
    into = '<extensionElements><zeebe:ioMapping><zeebe:input source="=1" target="x"/></zeebe:ioMapping></extensionElements>'
    out = '<extensionElements><zeebe:ioMapping><zeebe:output source="=1" target="x"/></zeebe:ioMapping></extensionElements>'
    for xml in (
        f'<intermediateCatchEvent id="n">{into}{TIMER}</intermediateCatchEvent>',
        f'<intermediateThrowEvent id="n">{out}{SIGNAL}</intermediateThrowEvent>',
    ):
        refused(inside(xml), "n", "extension.misplaced")
    refused(
        beside(f'<boundaryEvent id="n" attachedToRef="a">{into}{TIMER}</boundaryEvent>'),
        "n",
        "extension.misplaced",
    )
    refused(
        diagram(f'<startEvent id="n">{into}</startEvent>', end("e"), "n -> e"), "n", "extension.misplaced"
    )
    refused(diagram(start("s"), f'<endEvent id="n">{out}</endEvent>', "s -> n"), "n", "extension.misplaced")


@proves("eventBasedGateway/targets", refused=True)
def test_an_event_gateway_leads_only_to_what_waits() -> None:
    others = catch("t", timer(duration="PT1H"))
    refused(
        diagram(start("s"), race("g"), others, user("n"), "s -> g; g -> t; g -> n"),
        "n",
        "gateway.event-targets",
    )
    inputs = '<extensionElements><zeebe:ioMapping><zeebe:input source="=1" target="x"/></zeebe:ioMapping></extensionElements>'
    receiving = f'<receiveTask id="n" root:message="m" root:key="=x">{inputs}</receiveTask>'
    refused(
        diagram(start("s"), race("g"), others, receiving, "s -> g; g -> t; g -> n"),
        "n",
        "gateway.event-targets",
    )


@proves("eventSubProcess/flows and instances", refused=True)
def test_an_event_sub_process_with_flows_or_instances() -> None:
    handler = event_sub("n", parallel(times="=2"), start("hs", message("m", "=x")), task("t"), "hs -> t")
    refused(diagram(start("s"), end("e"), "s -> e", handler), "n", "subprocess.event-flow")


@proves("boundaryEvent/none", "intermediateCatchEvent/none", refused=True)
def test_catching_nothing() -> None:
    refused(beside('<boundaryEvent id="n" attachedToRef="a"/>'), "n", "event.kind")
    refused(inside('<intermediateCatchEvent id="n"/>'), "n", "event.kind")


@proves("startEvent/message/name by expression", "startEvent/signal/name by expression", refused=True)
def test_what_starts_a_process_is_named_by_fixed_text() -> None:
    refused(diagram('<startEvent id="n"><messageEventDefinition root:message="=x"/></startEvent>', end("e"), "n -> e"),
            "n", "event.code")  # fmt: skip
    refused(diagram('<startEvent id="n"><signalEventDefinition root:signal="=x"/></startEvent>', end("e"), "n -> e"),
            "n", "event.code")  # fmt: skip
