"""docs/bpmn-support.md says what the tests prove, about everything BPMN 2.0 has."""

from __future__ import annotations

from importlib.resources import files

from lxml import etree

from tests.support.bpmn_support import PAGE, page, proofs
from tests.support.catalogue import CHAPTERS, DECLARED, DRAWN, EVENT_DEFINITIONS

XSD = "{http://www.w3.org/2001/XMLSchema}"
GROUPS = frozenset(
    {"flowElement", "rootElement", "eventDefinition", "loopCharacteristics", "artifact", "choreography"}
)
GROUPS |= {"collaboration", "conversationNode", "resourceRole", "performer", "expression"}


def test_the_page_is_what_the_tests_say_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(proofs()), "run: python -m tests.support.bpmn_support"


def _schema_elements() -> dict[str, str]:
    schema = files("SpiffWorkflow").joinpath("bpmn/parser/schema/Semantic.xsd").read_bytes()
    return {
        str(element.get("name")): str(element.get("substitutionGroup"))
        for element in etree.fromstring(schema).iter(f"{XSD}element")
        if element.get("substitutionGroup")
    }


def test_every_element_of_the_schema_has_a_row() -> None:
    """What can stand in a diagram is read from the schema of BPMN 2.0 itself, so that nothing is forgotten."""
    found = proofs()
    rows = {entry.key for chapter in CHAPTERS for entry in chapter.entries}
    drawn = {feature.split("/")[1] for feature in found if feature.startswith("drawn/")}
    assert drawn == DRAWN
    special = {
        "multiInstanceLoopCharacteristics": "multiInstance",
        "performer": "resourceRole",
        "humanPerformer": "resourceRole",
        "potentialOwner": "resourceRole",
    }
    missing = []
    for name, group in _schema_elements().items():
        assert group in GROUPS, f"{name} belongs to a group nobody thought of: {group}"
        if name in EVENT_DEFINITIONS:
            word = EVENT_DEFINITIONS[name]
            covered = any(word in feature.split("/")[1:] for feature in found)
        else:
            covered = special.get(name, name) in rows | DRAWN | DECLARED
        if not covered:
            missing.append(name)
    assert missing == []


def test_every_kind_of_event_is_decided_for_every_position_it_has_in_bpmn() -> None:
    """The table of §10.5 (tables 10.84 to 10.92): position by kind."""
    allowed = {
        "startEvent": ["none", "message", "timer", "conditional", "signal", "multiple", "parallel multiple"],
        "eventSubProcess": [
            "message", "timer", "escalation", "error", "compensation", "conditional", "signal", "multiple",
            "parallel multiple",
        ],
        "intermediateCatchEvent": [
            "message", "timer", "conditional", "link", "signal", "multiple", "parallel multiple",
        ],
        "boundaryEvent": [
            "message", "timer", "escalation", "error", "cancel", "compensation", "conditional", "signal",
            "multiple", "parallel multiple",
        ],
        "intermediateThrowEvent": [
            "none", "message", "escalation", "compensation", "link", "signal", "multiple",
        ],
        "endEvent": [
            "none", "message", "escalation", "error", "cancel", "compensation", "signal", "terminate", "multiple",
        ],
    }  # fmt: skip
    features = {tuple(feature.split("/")[:2]) for feature in proofs()}
    assert [
        pair
        for place, kinds in allowed.items()
        for pair in [(place, k) for k in kinds]
        if pair not in features
    ] == []
    for place in ("boundaryEvent", "eventSubProcess"):
        for kind in ("message", "timer", "signal", "escalation"):
            for how in ("interrupting", "non-interrupting"):
                assert f"{place}/{kind}/{how}" in proofs()
