"""Possible duplicates over HTTP: what is the same is named, within what the caller may see."""

from __future__ import annotations

import json
from typing import Any

from tests.api.place import Place
from tests.support import bpmn

FORM: dict[str, Any] = {
    "id": "report",
    "type": "default",
    "components": [
        {
            "type": "textfield",
            "key": "phone",
            "properties": {"bihuan:mask": "phone", "bihuan:mark": "phone"},
        }
    ],
}


def reported(place: Place, grid: str) -> str:
    """A case in which a telephone number was given; its id."""
    case = place.engine.start("reports", {"grid": grid}, actor="grid").case_id
    (item,) = place.engine.tasks(case_id=case)
    place.engine.complete(case, item.id, {"phone": "13800001234"}, actor="grid")
    return str(case)


def test_similar_cases_are_those_in_the_callers_scope(place: Place) -> None:
    diagram = bpmn.diagram(
        bpmn.start("s"), bpmn.user("report", form="report"), bpmn.user("check"), bpmn.end("e"),
        "s -> report -> check -> e", key="reports",
    )  # fmt: skip
    files = {"report.bpmn": diagram, "report.form": json.dumps(FORM).encode()}
    place.engine.deploy(files, actor="designer")
    here, twin, elsewhere = (reported(place, grid) for grid in ("G1", "G1", "G2"))
    found = place.sign_in("town").get(f"/cases/{here}/similar")
    assert found.status_code == 200, found.text
    assert [(item["id"], item["kinds"]) for item in found.get_json()["items"]] == [(twin, ["phone"])]
    assert "13800001234" not in found.text
    assert place.sign_in("town2").get(f"/cases/{here}/similar").status_code == 404
    wide = place.sign_in("county").get(f"/cases/{here}/similar", days=1).get_json()["items"]
    assert {item["id"] for item in wide} == {twin, elsewhere}
    assert place.sign_in("town").get(f"/cases/{here}/similar", days=0).status_code == 422
