"""The drawings of the shipped flows: complete, connected, and without crossing lines."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from engine import markup

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DD = "{http://www.omg.org/spec/DD/20100524/DI}"
FLOWS = ("sequenceFlow", "messageFlow", "association")
DRAWINGS = sorted(Path("bpmn").rglob("*.bpmn"))


class Point(NamedTuple):
    x: float
    y: float


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def touches(self, point: Point) -> bool:
        inside = self.left <= point.x <= self.right and self.top <= point.y <= self.bottom
        return inside and (point.x in (self.left, self.right) or point.y in (self.top, self.bottom))

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@pytest.fixture(params=DRAWINGS, ids=lambda path: path.stem)
def drawing(request: pytest.FixtureRequest) -> etree._Element:
    path: Path = request.param
    return markup.read(path.read_bytes(), file=path.name)


def boxes(drawing: etree._Element) -> dict[str, Box]:
    return {shape.get("bpmnElement", ""): _box(shape) for shape in drawing.iter(f"{DI}BPMNShape")}


def lines(drawing: etree._Element) -> dict[str, list[Point]]:
    return {
        edge.get("bpmnElement", ""): [
            Point(float(point.get("x", "")), float(point.get("y", "")))
            for point in edge.iter(f"{DD}waypoint")
        ]
        for edge in drawing.iter(f"{DI}BPMNEdge")
    }


def _box(element: etree._Element) -> Box:
    bounds = element.find(f"{DC}Bounds")
    assert bounds is not None
    x, y, width, height = (float(bounds.get(name, "")) for name in ("x", "y", "width", "height"))
    return Box(x, y, x + width, y + height)


def test_everything_is_drawn_once_and_has_a_name(drawing: etree._Element) -> None:
    flows = {e.get("id", "") for kind in FLOWS for e in drawing.iter(f"{BPMN}{kind}")}
    nodes = {
        element.get("id", "")
        for process in drawing.iter(f"{BPMN}process")
        for element in process.iter()
        if element.get("id")
        and not str(element.tag).endswith(("EventDefinition", "laneSet", "process", *FLOWS))
    }
    pools = {element.get("id", "") for element in drawing.iter(f"{BPMN}participant")}
    assert set(boxes(drawing)) == nodes | pools
    assert set(lines(drawing)) == flows
    for kind in ("userTask", "startEvent", "endEvent", "subProcess", "exclusiveGateway", "boundaryEvent"):
        assert all(element.get("name") for element in drawing.iter(f"{BPMN}{kind}"))


def test_every_line_begins_and_ends_at_the_border_of_what_it_joins(drawing: etree._Element) -> None:
    shapes, edges = boxes(drawing), lines(drawing)
    for kind in FLOWS:
        for flow in drawing.iter(f"{BPMN}{kind}"):
            points = edges[flow.get("id", "")]
            assert shapes[flow.get("sourceRef", "")].touches(points[0]), flow.get("id")
            assert shapes[flow.get("targetRef", "")].touches(points[-1]), flow.get("id")


def test_lines_run_straight_and_never_cross(drawing: etree._Element) -> None:
    segments = [
        (name, start, end) for name, points in lines(drawing).items() for start, end in pairwise(points)
    ]
    for name, start, end in segments:
        assert start.x == end.x or start.y == end.y, name
    for (first, *one), (second, *other) in combinations(segments, 2):
        if first != second:
            span = Box(*_span(*one))
            assert not _meet(span, Box(*_span(*other))), (first, second)


def test_labels_and_tasks_do_not_lie_on_each_other(drawing: etree._Element) -> None:
    labels = {
        parent.get("bpmnElement", ""): _box(label)
        for label in drawing.iter(f"{DI}BPMNLabel")
        if (parent := label.getparent()) is not None
    }
    shapes = boxes(drawing)
    tasks = {
        element.get("id", ""): shapes[element.get("id", "")]
        for element in drawing.iter(f"{BPMN}userTask", f"{BPMN}scriptTask")
    }
    for (first, one), (second, other) in combinations([*labels.items(), *tasks.items()], 2):
        assert not one.overlaps(other), (first, second)


def _span(start: Point, end: Point) -> tuple[float, float, float, float]:
    return min(start.x, end.x), min(start.y, end.y), max(start.x, end.x), max(start.y, end.y)


def _meet(one: Box, other: Box) -> bool:
    return (
        one.left <= other.right
        and other.left <= one.right
        and one.top <= other.bottom
        and other.top <= one.bottom
    )
