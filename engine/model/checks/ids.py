"""Ids: unique in a file, none that the engine keeps for itself."""

from __future__ import annotations

from lxml import etree

from engine.model.namespaces import BPMN, bpmn
from engine.model.source import Source, bare, is_true

_RESERVED = frozenset({"Start", "End"})


def check_ids(source: Source) -> None:
    """Report repeated and reserved ids, and references of the documentation that lead nowhere."""
    seen: dict[str, etree._Element] = {}
    for element in source.root.iter():
        id_ = element.get("id")
        if id_ is None:
            continue
        if id_ in seen:
            source.report(
                "id.duplicate",
                element,
                f"标识“{id_}”重复（另见第 {source.place(seen[id_]).line} 行）",
                f"the id {id_!r} is repeated (also on line {source.place(seen[id_]).line})",
            )
        seen.setdefault(id_, element)
        if is_reserved(id_) and str(element.tag).startswith(f"{{{BPMN}}}"):
            source.report(
                "id.reserved",
                element,
                f"标识“{id_}”由引擎保留",
                f"the id {id_!r} is kept for the engine",
            )
    _check_collaborations(source, seen)
    _check_lanes(source, seen)


def is_reserved(id_: str) -> bool:
    """Whether an id collides with names the executing core gives to nodes of its own."""
    return id_ in _RESERVED or id_.endswith(".EndJoin") or id_.startswith("bihuan.")


def _check_collaborations(source: Source, seen: dict[str, etree._Element]) -> None:
    for collaboration in source.root.iter(bpmn("collaboration")):
        for part in collaboration:
            for attribute in ("processRef", "sourceRef", "targetRef"):
                reference = part.get(attribute)
                if reference is not None and bare(reference) not in seen:
                    _dangling(source, part, reference)


def _check_lanes(source: Source, seen: dict[str, etree._Element]) -> None:
    for process in source.root.iter(bpmn("process")):
        if is_true(process, "isExecutable", default=False):
            for reference in process.iter(bpmn("flowNodeRef")):
                if bare(reference.text or "") not in seen:
                    _dangling(source, reference, reference.text or "")


def _dangling(source: Source, element: etree._Element, reference: str) -> None:
    source.report(
        "ref.dangling",
        element,
        f"引用的“{reference}”不存在",
        f"{reference!r} that is referred to does not exist",
    )
