"""The processes that the measurements run."""

from __future__ import annotations

import json
from collections.abc import Mapping

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="bench" targetNamespace="bench">'
)


def _task(task_id: str, *, form: str | None = None, extra: str = "", candidate: str | None = None) -> str:
    reference = f'<zeebe:formDefinition formId="{form}"/>' if form else ""
    waits_for = (
        '<zeebe:assignmentDefinition candidateGroups="town.centre"/>'
        if candidate is None
        else f'<zeebe:properties><zeebe:property name="bihuan:candidate" value="{candidate}"/></zeebe:properties>'
    )
    return (
        f'<userTask id="{task_id}" name="{task_id}"><extensionElements><zeebe:userTask/>'
        f"{waits_for}{reference}</extensionElements>{extra}</userTask>"
    )


def _flow(flow_id: str, source: str, target: str, condition: str | None = None) -> str:
    if condition is None:
        return f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}"/>'
    return (
        f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">'
        f'<conditionExpression xsi:type="tFormalExpression">={condition}</conditionExpression></sequenceFlow>'
    )


def _process(key: str, *parts: str) -> bytes:
    body = "".join(parts)
    return f'{HEAD}<process id="{key}" isExecutable="true">{body}</process></definitions>'.encode()


def loop() -> dict[str, bytes]:
    """One user task, again and again until `again` is false."""
    return {
        "loop.bpmn": _process(
            "loop",
            '<startEvent id="s"/>',
            _flow("f1", "s", "work"),
            _task("work"),
            _flow("f2", "work", "more"),
            '<exclusiveGateway id="more" default="f4"/>',
            _flow("f3", "more", "work", "again"),
            _flow("f4", "more", "e"),
            '<endEvent id="e"/>',
        )
    }


def many() -> dict[str, bytes]:
    """One user task for each entry of `grids`, in parallel."""
    extra = (
        '<multiInstanceLoopCharacteristics id="mi"><extensionElements><zeebe:loopCharacteristics '
        'inputCollection="=grids" inputElement="grid" outputCollection="reports" '
        'outputElement="=found"/></extensionElements></multiInstanceLoopCharacteristics>'
    )
    return {
        "many.bpmn": _process(
            "many",
            '<startEvent id="s"/>',
            _flow("f1", "s", "report"),
            _task("report", extra=extra),
            _flow("f2", "report", "e"),
            '<endEvent id="e"/>',
        )
    }


def three(candidates: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """Three user tasks in a row, each with a form of five fields.

    candidates: for whom of the directory each task waits; by default all wait for a group of no directory.
    """
    waits_for = candidates or {}
    files = {
        "three.bpmn": _process(
            "three",
            '<startEvent id="s"/>',
            _flow("f1", "s", "a"),
            _task("a", form="form_a", candidate=waits_for.get("a")),
            _flow("f2", "a", "b"),
            _task("b", form="form_b", candidate=waits_for.get("b")),
            _flow("f3", "b", "c"),
            _task("c", form="form_c", candidate=waits_for.get("c")),
            _flow("f4", "c", "e"),
            '<endEvent id="e"/>',
        )
    }
    for name in "abc":
        fields = [
            {"key": f"{name}_title", "type": "textfield", "label": "标题", "id": f"F1{name}"},
            {"key": f"{name}_place", "type": "textfield", "label": "地点", "id": f"F2{name}"},
            {"key": f"{name}_people", "type": "number", "label": "人数", "id": f"F3{name}"},
            {"key": f"{name}_urgent", "type": "checkbox", "label": "紧急", "id": f"F4{name}"},
            {
                "key": f"{name}_kind",
                "type": "select",
                "label": "类型",
                "id": f"F5{name}",
                "values": [{"label": "日常", "value": "daily"}, {"label": "应急", "value": "emergency"}],
            },
        ]
        form = {
            "type": "default",
            "id": f"form_{name}",
            "schemaVersion": 17,
            "components": fields,
        }
        files[f"form_{name}.form"] = json.dumps(form, ensure_ascii=False).encode()
    return files


def filled(name: str) -> dict[str, object]:
    """What somebody enters into the form of task `name`."""
    return {
        f"{name}_title": "路口积水影响通行",
        f"{name}_place": "青石镇柳溪村三组",
        f"{name}_people": 12,
        f"{name}_urgent": False,
        f"{name}_kind": "daily",
    }
