"""What a diagram says to people alone is accepted and changes nothing."""

from __future__ import annotations

import pytest

from tests.support.bpmn import end, file, process, start, task
from tests.support.driving import World
from tests.support.proof import proves

INSIDE = {
    "dataObject": '<dataObject id="d"/>',
    "dataObjectReference": '<dataObject id="d"/><dataObjectReference id="r" dataObjectRef="d"/>',
    "dataStoreReference": '<dataStoreReference id="r" name="archive"/>',
    "textAnnotation": '<textAnnotation id="n"><text>note</text></textAnnotation>',
    "association": '<textAnnotation id="n"><text>note</text></textAnnotation>'
    '<association id="l" sourceRef="a" targetRef="n"/>',
    "group": '<group id="g"/>',
}
OUTSIDE = {
    "dataStore": '<dataStore id="x" name="archive"/>',
    "category": '<category id="x"><categoryValue id="v" value="w"/></category>',
    "collaboration": '<collaboration id="x"><participant id="y" processRef="p"/><participant id="z"/>'
    '<messageFlow id="f" sourceRef="z" targetRef="y"/></collaboration>',
    "conversation": '<collaboration id="x"><participant id="y"/><participant id="z"/>'
    '<conversation id="c"><participantRef>y</participantRef><participantRef>z</participantRef></conversation></collaboration>',
    "subConversation": '<collaboration id="x"><participant id="y"/><participant id="z"/>'
    '<subConversation id="c"><participantRef>y</participantRef><participantRef>z</participantRef></subConversation></collaboration>',
    "callConversation": '<collaboration id="x"><participant id="y"/><participant id="z"/>'
    '<callConversation id="c"><participantRef>y</participantRef><participantRef>z</participantRef></callConversation></collaboration>',
    "correlationProperty": '<message id="m" name="m"/><correlationProperty id="x"><correlationPropertyRetrievalExpression messageRef="m">'
    "<messagePath>x</messagePath></correlationPropertyRetrievalExpression></correlationProperty>",
    "endPoint": '<endPoint id="x"/>',
    "interface": '<interface id="x" name="i"><operation id="o" name="o"><inMessageRef>m</inMessageRef></operation></interface>'
    '<message id="m" name="m"/>',
    "itemDefinition": '<itemDefinition id="x"/>',
    "partnerEntity": '<partnerEntity id="x"/>',
    "partnerRole": '<partnerRole id="x"/>',
    "resource": '<resource id="x" name="r"/>',
}


def _accepted(world: World, inside: str, outside: str) -> None:
    parts = [part for part in (inside,) if part]
    data = file(
        process("p", start("s"), task("a"), end("e"), "s -> a -> e", *parts), *[p for p in (outside,) if p]
    )
    world.deploy(p_bpmn=data)
    case = world.start()
    assert case.is_done
    assert case.path == ["s", "a", "e"]


@proves(*(f"drawn/{name}" for name in INSIDE))
@pytest.mark.parametrize("name", INSIDE)
def test_drawn_inside_a_process(world: World, name: str) -> None:
    _accepted(world, INSIDE[name], "")


@proves(*(f"drawn/{name}" for name in OUTSIDE))
@pytest.mark.parametrize("name", OUTSIDE)
def test_drawn_beside_a_process(world: World, name: str) -> None:
    _accepted(world, "", OUTSIDE[name])
