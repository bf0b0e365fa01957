"""A definition names processes of other files; it is whole without them and finds them when it calls."""

from __future__ import annotations

from engine import Engine

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
CALLED = (
    f'{HEAD}<process id="called" isExecutable="true"><startEvent id="cs"/><userTask id="inner"/>'
    '<sequenceFlow id="cf" sourceRef="cs" targetRef="inner"/></process></definitions>'
)
CALLER = (
    f'{HEAD}<process id="p" isExecutable="true"><startEvent id="s"/><callActivity id="c" calledElement="called"/>'
    '<sequenceFlow id="f" sourceRef="s" targetRef="c"/></process></definitions>'
)


def test_a_call_to_a_process_of_another_file_runs_after_the_definition_is_read_back(database_url: str) -> None:
    with Engine.open(database_url) as engine:
        engine.deploy({"caller.bpmn": CALLER.encode(), "called.bpmn": CALLED.encode()}, actor="d")
        case = engine.start("p", actor="starter").case_id
        assert [task.element for task in engine.tasks(case_id=case)] == ["inner"]
