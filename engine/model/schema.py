"""Validity against the BPMN 2.0 XML Schema."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any

from lxml import etree

from engine.markup import line
from engine.model.findings import Findings, Place

_NAMESPACE = re.compile(r"\{[^}]*\}")
_STEP = re.compile(r"([^\[\]]+)(?:\[(\d+)\])?")
_MOST = 50
_ONE_AT_A_TIME = Lock()


class _Shipped(etree.Resolver):
    """Answers every address with the shipped file of that name, so that nothing is ever fetched."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
        name = PurePosixPath(system_url or "").name
        return self.resolve_string((self._folder / name).read_bytes(), context, base_url=name)


@cache
def _schema() -> etree.XMLSchema:
    # The OMG's schema files travel inside the SpiffWorkflow distribution; finding the package's folder
    # does not run any of its code.
    spec = find_spec("SpiffWorkflow")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the BPMN schema files are part of the spiffworkflow distribution")
    folder = Path(spec.submodule_search_locations[0]) / "bpmn" / "parser" / "schema"
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_Shipped(folder))
    entry = "BPMN20.xsd"
    root = etree.fromstring((folder / entry).read_bytes(), parser, base_url=entry)
    return etree.XMLSchema(root)


def check_schema(root: etree._Element, *, file: str, findings: Findings) -> None:
    """Report where `root` breaks the schema (`file.xsd`), at most fifty places.

    Repeated ids are left to `id.duplicate`, which says it better.
    """
    schema = _schema()
    # The compiled schema is shared and keeps the errors of its last run.
    with _ONE_AT_A_TIME:
        if schema.validate(root):
            return
        log = list(schema.error_log)[:_MOST]
    ids = _repeated_ids(root)
    for entry in log:
        message = _NAMESPACE.sub("", entry.message)
        if "xs:ID'" in message and any(f"'{id_}'" in message for id_ in ids):
            continue
        at, element = _locate(root, entry)
        findings.add(
            "file.xsd",
            Place(file=file, line=at, element=element),
            f"不符合 BPMN 2.0 XML Schema：{message}",
            f"not valid BPMN 2.0: {message}",
        )


def _locate(root: etree._Element, entry: Any) -> tuple[int, str | None]:
    element = _follow(root, entry.path or "")
    if element is None:
        return entry.line or 1, None
    at = line(element)
    while element is not None:
        if element.get("id"):
            return at, element.get("id")
        element = element.getparent()
    return at, None


def _follow(root: etree._Element, path: str) -> etree._Element | None:
    """The element at a node path of libxml2, such as `/*/*[3]/zeebe:input[1]`; None if it is not understood.

    As XPath it would need every prefix of the document declared again.
    """
    found: etree._Element | None = None
    for step in path.split("/")[1:]:
        match = _STEP.fullmatch(step)
        siblings = [root] if found is None else [child for child in found if isinstance(child.tag, str)]
        if match is None:
            return found
        named = [child for child in siblings if match[1] == "*" or _shown_name(child) == match[1]]
        index = int(match[2] or 1) - 1
        if index >= len(named):
            return found
        found = named[index]
    return found


def _shown_name(element: etree._Element) -> str:
    name = str(element.tag).rpartition("}")[2]
    return f"{element.prefix}:{name}" if element.prefix else name


def _repeated_ids(root: etree._Element) -> set[str]:
    seen: set[str] = set()
    repeated: set[str] = set()
    for element in root.iter():
        id_ = element.get("id")
        if id_ is not None:
            (repeated if id_ in seen else seen).add(id_)
    return repeated
