"""A small flow for whoever types: one step with each kind of text field there is, one to go back from, and a job."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.browser.texts import fields_of_the_forms
from tests.support import bpmn

KEY: Final = "probed"
JOB: Final = "probed-job"
LABEL: Final = "step<img src=x onerror=window.ran.push(1)>"
"""What a step is called: a name that would run if it were markup."""
OF_OTHERS: Final = ("key", "id", "label", "description", "layout", "conditional", "properties")
"""What tells fields of one kind apart."""


def kinds() -> list[dict[str, Any]]:
    """Each kind of text field that a form of a package has, once: what it is and what may stand in it."""
    found = {
        json.dumps(kind, sort_keys=True): kind
        for _, field in fields_of_the_forms()
        if not (kind := {name: each for name, each in field.items() if name not in OF_OTHERS}).get("readonly")
    }
    return [found[name] for name in sorted(found)]


def takes_markup(kind: dict[str, Any]) -> bool:
    """Whether a kind of field takes any text at all: a pattern may let digits alone in."""
    return "pattern" not in kind.get("validate", {})


def form() -> dict[str, Any]:
    """A form of one field of each kind, and of the rows of a list."""
    fields: list[dict[str, Any]] = [
        {**kind, "key": f"kind_{n}", "id": f"kind_{n}", "label": f"kind {n}<b>"}
        for n, kind in enumerate(kinds())
        if takes_markup(kind)
    ]
    row = {"type": "textfield", "key": "row_text", "id": "row_text", "label": "row"}
    listed = {"type": "dynamiclist", "path": "rows", "id": "rows", "label": "rows", "components": [row]}
    return {"id": KEY, "type": "default", "schemaVersion": 19, "components": [*fields, listed]}


def package() -> dict[str, bytes]:
    """The files that are handed in."""
    centre = {"bihuan:candidate": "镇/综治中心"}
    first = bpmn.user("a", form=KEY, extension=bpmn.properties({**centre, "bihuan:document": "打字记录"}))
    second = bpmn.user("b", extension=bpmn.properties(centre))
    named = second.replace('id="b"', f'id="b" name="{LABEL.replace("<", "&lt;").replace(">", "&gt;")}"')
    flow = "s -> a -> b -> job -> e"
    parts = bpmn.start("s"), first, named, bpmn.service("job", JOB), bpmn.end("e"), flow
    return {"probed.bpmn": bpmn.diagram(*parts, key=KEY), "probed.form": json.dumps(form()).encode()}
