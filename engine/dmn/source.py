"""The XML of a decision model: names without namespaces, places, references."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.dmn.findings import Place

Element = etree._Element

NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
"""The model namespaces of DMN 1.1 to 1.5."""

FEEL_LANGUAGES = frozenset(
    {
        "",
        "feel",
        "http://www.omg.org/spec/feel/20140401",
        "http://www.omg.org/spec/dmn/20180521/feel/",
        "https://www.omg.org/spec/dmn/20191111/feel/",
        "https://www.omg.org/spec/dmn/20211108/feel/",
        "https://www.omg.org/spec/dmn/20230324/feel/",
    }
)


def local_name(element: Element) -> str:
    """The element's name without namespace, when that is a DMN one; else the empty string."""
    name = etree.QName(element)
    return name.localname if name.namespace in NAMESPACES else ""


def children(element: Element, *names: str) -> Iterator[Element]:
    """The DMN children with one of these names, or all."""
    for child in element:
        name = local_name(child)
        if name and (not names or name in names):
            yield child


def child(element: Element, *names: str) -> Element | None:
    """The first such child."""
    return next(children(element, *names), None)


def height_of(element: Element) -> int:
    """The levels of elements below this one."""
    height = 0
    level = list(element)
    while level:
        height += 1
        level = [below for one in level for below in one]
    return height


def text_of(element: Element | None) -> str:
    """The text of the `text` child; empty when there is none."""
    if element is None:
        return ""
    inner = child(element, "text")
    return (inner.text or "") if inner is not None else ""


def place_of(element: Element, around: Place) -> Place:
    """The place of an element inside what `around` tells."""
    return Place(
        file=around.file,
        line=element.sourceline or around.line,
        element=element.get("id") or around.element,
        decision=around.decision,
        row=around.row,
        column=around.column,
    )


def reference(element: Element, namespace: str) -> tuple[str, str]:
    """Namespace and id that an `href` names; the model's own namespace when it names none."""
    href = element.get("href", "")
    before, _, identifier = href.rpartition("#")
    return (before or namespace), identifier
