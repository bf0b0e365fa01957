"""A decision table as it is written: what a person reads beside what was decided."""

from __future__ import annotations

from dataclasses import dataclass

from engine.dmn.source import Element, child, children, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """One row. index: counted from 1. inputs, outputs: the cells as written, empty for those left open."""

    index: int
    identifier: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableText:
    """One table. name: of the element it stands in. inputs, outputs: the headings of its columns."""

    identifier: str
    name: str
    policy: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[RuleText, ...]

    def rule(self, index: int) -> RuleText | None:
        """The row of this number, counted from 1."""
        return self.rules[index - 1] if 0 < index <= len(self.rules) else None


def table_text(element: Element, identifier: str, name: str, policy: str) -> TableText:
    """What a `decisionTable` element says. identifier, name, policy: as it is executed."""
    return TableText(
        identifier=identifier,
        name=name,
        policy=policy,
        inputs=tuple(
            one.get("label") or " ".join(text_of(child(one, "inputExpression")).split())
            for one in children(element, "input")
        ),
        outputs=tuple(one.get("label") or one.get("name") or name for one in children(element, "output")),
        rules=tuple(_rule(one, index) for index, one in enumerate(children(element, "rule"), start=1)),
    )


def _rule(element: Element, index: int) -> RuleText:
    def cells(kind: str) -> tuple[str, ...]:
        texts = (" ".join(text_of(one).split()) for one in children(element, kind))
        return tuple("" if text == "-" else text for text in texts)

    description = child(element, "description")
    notes = ["" if description is None else description.text or "", *cells("annotationEntry")]
    return RuleText(
        index=index,
        identifier=element.get("id", ""),
        inputs=cells("inputEntry"),
        outputs=cells("outputEntry"),
        annotation="；".join(" ".join(note.split()) for note in notes if note.strip()),
    )
