"""Short ways to write the files that the tests read."""

from __future__ import annotations

import json
from collections.abc import Collection
from itertools import pairwise
from typing import Any

from engine.model import Finding, ModelErrors, Package, Severity, read_package

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">'
)


def diagram(body: str, *, roots: str = "", process: str = 'id="p" isExecutable="true"') -> bytes:
    """A diagram whose process holds `body`, which begins on line 2; `roots` come after the process."""
    return f"{HEAD}<process {process}>\n{body.strip()}\n</process>{roots}</definitions>".encode()


def ext(inner: str) -> str:
    """Extension elements around `inner`."""
    return f"<extensionElements>{inner}</extensionElements>"


def flow(id_: str, source: str, target: str, inner: str = "") -> str:
    """A sequence flow, with children if given."""
    return f'<sequenceFlow id="{id_}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def when(text: str) -> str:
    """A condition for a flow."""
    return f"<conditionExpression>{text}</conditionExpression>"


def chain(*ids: str) -> str:
    """Flows from each id to the next, named after their source."""
    return "".join(flow(f"{a}_{b}", a, b) for a, b in pairwise(ids))


def around(node: str, id_: str = "n") -> str:
    """`node`, on line 2, between a start and an end event on line 3."""
    return f'{node}\n<startEvent id="s"/><endEvent id="e"/>{chain("s", id_, "e")}'


def form(*components: dict[str, Any], id_: str = "f", **rest: Any) -> bytes:
    """A form-js form."""
    return json.dumps({"id": id_, "type": "default", "components": list(components), **rest}).encode()


def read(*files: bytes | tuple[str, bytes], known: Collection[str] = ()) -> Package:
    """Read a package; bytes alone are a diagram called p.bpmn."""
    named = dict(("p.bpmn", part) if isinstance(part, bytes) else part for part in files)
    return read_package(named, known_processes=known)


def findings(*files: bytes | tuple[str, bytes], known: Collection[str] = ()) -> tuple[Finding, ...]:
    """Everything found, whether or not the package is refused."""
    try:
        return read(*files, known=known).findings
    except ModelErrors as errors:
        return errors.findings


def errors(
    *files: bytes | tuple[str, bytes], known: Collection[str] = ()
) -> list[tuple[str, int, str | None]]:
    """Rule, line and element of each error found."""
    found = findings(*files, known=known)
    return [(f.rule, f.line, f.element) for f in found if f.severity is Severity.ERROR]


def warnings(*files: bytes | tuple[str, bytes]) -> list[tuple[str, int, str | None]]:
    """Rule, line and element of each warning found; the package must be accepted."""
    return [(f.rule, f.line, f.element) for f in read(*files).findings]
