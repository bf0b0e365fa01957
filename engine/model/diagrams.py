"""Reading one diagram file: every executable process in it, normalised and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from engine.markup import MarkupError, read
from engine.model.camunda import translate_camunda
from engine.model.checks import check_ids, check_process
from engine.model.definition import Container
from engine.model.diagram import read_process
from engine.model.draft import Draft
from engine.model.findings import Findings, Place
from engine.model.namespaces import bpmn
from engine.model.normalise import normalise
from engine.model.schema import check_schema
from engine.model.source import Source, Use, is_true
from engine.model.sweep import sweep


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadProcess:
    """One executable process of a diagram, normalised, with the expressions written in it."""

    draft: Draft
    containers: Mapping[str, Container]
    uses: tuple[Use, ...]


def read_diagram(data: bytes, *, file: str, findings: Findings) -> list[ReadProcess]:
    """Read the executable processes of a BPMN 2.0 file in document order; everything wrong goes to `findings`."""
    root = _root(data, file, findings)
    if root is None:
        return []
    check_schema(root, file=file, findings=findings)
    source = Source(file=file, root=root, findings=findings)
    check_ids(source)
    translate_camunda(source)
    sweep(source)
    found: list[ReadProcess] = []
    for element in root.findall(bpmn("process")):
        if not is_true(element, "isExecutable", default=False):
            source.report(
                "process.not-executable",
                element,
                "流程未标为可执行，不部署",
                "the process is not marked executable and is not deployed",
            )
            continue
        source.uses.clear()
        draft = read_process(element, source)
        containers = normalise(draft)
        check_process(draft, containers)
        found.append(ReadProcess(draft=draft, containers=containers, uses=tuple(source.uses)))
    if not found:
        source.report(
            "file.no-process", root, "文件里没有可执行的流程", "the file holds no executable process"
        )
    return found


def _root(data: bytes, file: str, findings: Findings) -> etree._Element | None:
    try:
        root = read(data, file=file)
    except MarkupError as error:
        findings.add("file.xml", Place(file=file, line=error.line), error.message_zh, error.message_en)
        return None
    if root.tag == bpmn("definitions"):
        return root
    findings.add(
        "file.root",
        Place(file=file, line=root.sourceline or 1),
        "根元素不是 BPMN 2.0 的 definitions",
        "the root element is not BPMN 2.0 definitions",
    )
    return None
