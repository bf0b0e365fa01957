"""The XML names a diagram is written in."""

from __future__ import annotations

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

DRAWING = frozenset(
    {
        DIAGRAM,
        "http://www.omg.org/spec/DD/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DC",
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        "http://camunda.org/schema/modeler/1.0",
        SCHEMA_INSTANCE,
        "http://www.w3.org/XML/1998/namespace",
    }
)
"""Namespaces that say how a diagram looks or which tool drew it, never what it does."""


def split(tag: str) -> tuple[str, str]:
    """The namespace ("" for none) and local name of a tag or attribute name in Clark notation."""
    if tag[:1] != "{":
        return "", tag
    namespace, _, local = tag[1:].partition("}")
    return namespace, local


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def bpmn(name: str) -> str:
    """`name` in the BPMN namespace, in Clark notation."""
    return f"{{{BPMN}}}{name}"


def zeebe(name: str) -> str:
    """`name` in the Zeebe namespace, in Clark notation."""
    return f"{{{ZEEBE}}}{name}"


def camunda(name: str) -> str:
    """`name` in the older Camunda namespace, in Clark notation."""
    return f"{{{CAMUNDA}}}{name}"
