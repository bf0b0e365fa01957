"""Writing BPMN XML while a random process is made up: containers, tails, flows."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="drawn" targetNamespace="urn:drawn">'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tail:
    """A sequence flow that leaves a node and has no target yet."""

    source: str
    flow: str
    condition: str | None = None


@dataclass(kw_only=True, slots=True)
class Sheet:
    """The inside of one process or sub-process, as XML that grows.

    joined: a join waits for every token of this part, so none may end on its own. errors: codes somebody
    around catches. cancels: inside a transaction. counted: inside a multi-instance or loop, where large parts would multiply.
    """

    parts: list[str] = field(default_factory=list)
    depth: int = 0
    joined: bool = False
    errors: tuple[str, ...] = ()
    cancels: bool = False


class Pencil:
    """Gives out ids and draws nodes and flows."""

    def __init__(self) -> None:
        self._last = 0

    def name(self, prefix: str) -> str:
        """A new id."""
        self._last += 1
        return f"{prefix}_{self._last}"

    def tail(self, source: str, condition: str | None = None) -> Tail:
        """A new flow out of a node."""
        return Tail(source=source, flow=self.name("flow"), condition=condition)

    def node(
        self, sheet: Sheet, before: Tail | None, element: str, id_: str, inner: str = "", **attributes: str
    ) -> None:
        """Draw a node and, where it has one, the flow that leads to it."""
        written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
        sheet.parts.append(f'<{element} id="{id_}"{written}>{inner}</{element}>')
        if before is not None:
            self.link(sheet, before, id_)

    def link(self, sheet: Sheet, tail: Tail, target: str) -> None:
        """Draw a flow to a node."""
        condition = "" if tail.condition is None else condition_of(tail.condition)
        sheet.parts.append(
            f'<sequenceFlow id="{tail.flow}" sourceRef="{tail.source}" targetRef="{target}">{condition}</sequenceFlow>'
        )


def condition_of(text: str) -> str:
    """A condition element."""
    return f"<conditionExpression>={escape(text)}</conditionExpression>"


def extensions(*parts: str) -> str:
    """The extension elements of a node; nothing when there are none."""
    inner = "".join(part for part in parts if part)
    return f"<extensionElements>{inner}</extensionElements>" if inner else ""


def zeebe(name: str, inner: str = "", /, **attributes: str) -> str:
    """One Zeebe extension element."""
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<zeebe:{name}{written}>{inner}</zeebe:{name}>"
