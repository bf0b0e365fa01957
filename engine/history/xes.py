"""Export to XES (IEEE 1849-2016), the standard of process mining tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, BinaryIO
from uuid import UUID

from lxml import etree

from engine.cases.log import EventContent, StoredEvent
from engine.history.verify import Opened

EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def export_xes(
    engine: Opened,
    target: BinaryIO,
    case_ids: Iterable[UUID],
    *,
    attributes: Mapping[str, str] = MappingProxyType({}),
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the user tasks of cases as one XES log: created, claimed, completed, with who and when.

    The case clock (`effective_at`) is the time. Values of variables are not exported: the log carries process
    facts only. Returns the number of events written. attributes: of the log as a whole, by key. progress: called with
    the number of cases done.
    """
    written = 0
    with etree.xmlfile(target, encoding="utf-8") as out:
        out.write_declaration()
        version = {"xes.version": "1849-2016", "xes.features": ""}
        with out.element("log", version, nsmap={None: "http://www.xes-standard.org/"}):
            for name, prefix, uri in EXTENSIONS:
                out.write(etree.Element("extension", name=name, prefix=prefix, uri=uri))
            for key, value in attributes.items():
                out.write(etree.Element("string", key=key, value=_clean(value)))
            for number, case_id in enumerate(case_ids, start=1):
                trace = _trace(engine, case_id)
                written += sum(1 for child in trace if child.tag == "event")
                out.write(trace)
                if progress is not None:
                    progress(number)
    return written


def _trace(engine: Opened, case_id: UUID) -> etree._Element:
    case = engine.queries.case(case_id)
    trace = etree.Element("trace")
    _text(trace, "concept:name", case.business_key or str(case_id))
    _text(trace, "case:id", str(case_id))
    _text(trace, "case:process", case.key)
    _text(trace, "case:status", case.status)
    _text(trace, "case:provenance", case.provenance)
    names: dict[str, str] = {}
    program = engine.definitions.programs.get(case.definition)
    for node in program.nodes.values():
        names[node.id] = node.name or node.id
    open_tasks: dict[int, str] = {}
    for event in engine.queries.events(case_id):
        for element, transition in _steps(event.open(), open_tasks):
            trace.append(_event(event, names.get(element, element), element, transition))
    return trace


def _steps(content: EventContent, open_tasks: dict[int, str]) -> Iterator[tuple[str, str]]:
    """Element and life cycle transition (XES standard model) of each task change of an event."""
    for effect in content.effects:
        kind = effect[0]
        if kind == "task+":
            row = effect[2]
            open_tasks[row[0]] = row[2]
            yield row[2], "assign" if row[4] else "schedule"
        elif kind == "task~":
            yield open_tasks[effect[2]], "start" if effect[3] == "claimed" else "reassign"
        elif kind == "task-":
            yield open_tasks.pop(effect[2]), "complete"


def _event(event: StoredEvent, name: str, element: str, transition: str) -> etree._Element:
    found = etree.Element("event")
    _text(found, "concept:name", name)
    _text(found, "element", element)
    _text(found, "lifecycle:transition", transition)
    _text(found, "org:resource", event.head.actor)
    moment = EPOCH + timedelta(microseconds=event.head.effective_at)
    etree.SubElement(found, "date", key="time:timestamp", value=moment.isoformat(timespec="microseconds"))
    etree.SubElement(found, "int", key="seq", value=str(event.head.seq))
    return found


def _text(parent: etree._Element, key: str, value: Any) -> None:
    etree.SubElement(parent, "string", key=key, value=_clean(str(value)))


def _clean(text: str) -> str:
    """Without the control characters XML 1.0 has no place for."""
    return "".join(letter for letter in text if letter in "\t\n\r" or letter >= " ")
