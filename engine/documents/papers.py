"""The documents of a case as its log tells them: which steps yielded one, what was made of it, who signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from engine.cases.log import DOCUMENT, SEAL_DOSSIER, SIGN_DOCUMENT, EventContent, StoredEvent
from engine.documents.steps import Step, Steps
from engine.errors import NotFound
from engine.model.definition import Definition

CATALOGUE: Final = "卷宗目录"
"""The document that lists all others; it is made when the dossier is sealed, and at no other time."""

CORRECTION: Final = "set-variables"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Who signed the bytes with this hash, and when (case time, microseconds). seal: algorithm of a seal put on them."""

    seq: int
    at: int
    person: str
    on_behalf_of: str | None
    name: str
    sha256: str
    seal: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """What was made of a document once. seq: the event with its hash. as_of: the last event its data come from.

    reason: why the one before was not right; empty for the first. template: digest of the template and its layout.
    """

    number: int
    seq: int
    at: int
    actor: str
    sha256: str
    pages: int
    size: int
    as_of: int
    reason: str
    template: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document of a case. id: the event of the step that yielded it. at: when that was, microseconds.

    number: empty until it was made. state: `due` until it was made, `made`, or `signed`, of its last version.
    actions: what the reader may do with it now: `make`, `correct`, `sign`.
    """

    id: int
    name: str
    number: str
    step: str
    element: str
    at: int
    actor: str
    state: str
    versions: tuple[Version, ...]
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """A sealed dossier: the list of everything in it. log_seq, log_head: of the last event before it was sealed.

    version: 1, and one more each time the case was reopened and closed again. holds: whether nothing is added to it;
    no longer when the case was reopened since.
    """

    version: int
    holds: bool
    seq: int
    at: int
    actor: str
    number: str
    sha256: str
    pages: int
    size: int
    entries: int
    log_seq: int
    log_head: str


@dataclass(kw_only=True)
class Papers:
    """What was read of a case. templates: those of the definition it began with. title: that definition's. made: the inputs of the events that made a document, by its id, with `seq` and `at`."""

    code: str
    title: str
    zone: str
    last_seq: int
    last_at: int
    last_head: str
    templates: Mapping[str, bytes]
    steps: dict[int, Step]
    made: dict[int, list[dict[str, Any]]]
    signed: dict[int, list[Signature]]
    sealed: dict[str, Any] | None
    corrections: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def step(self, number: int) -> Step:
        """The step that yields a document. Raises NotFound."""
        if number not in self.steps:
            raise NotFound(
                code="documents.gone",
                message_zh="没有这份文书",
                message_en="there is no such document",
                place={"id": number},
            )
        return self.steps[number]

    def version(self, number: int, wanted: int | None) -> dict[str, Any]:
        """What was made of a document; the last version unless another is wanted. Raises NotFound."""
        made = self.made.get(number, [])
        if not made or (wanted is not None and not 1 <= wanted <= len(made)):
            raise NotFound(
                code="documents.unmade",
                message_zh="文书尚未生成，或没有这一版",
                message_en="the document has not been made yet, or has no such version",
                place={"id": number},
            )
        return made[-1 if wanted is None else wanted - 1]

    def corrected(self, step: Step, as_of: int | None = None) -> tuple[Step, int]:
        """A step with what was corrected of its data since, and the last event that counts. as_of: no later ones."""
        last = step.seq
        for seq, variables in self.corrections:
            if seq > step.seq and (as_of is None or seq <= as_of):
                told = step.with_values(variables)
                if told is not step:
                    step, last = told, seq
        return step, last

    def documents(self) -> list[Document]:
        """All, in the order of the steps."""
        return [self.document(number) for number in self.steps]

    def document(self, number: int) -> Document:
        """One of them."""
        step, versions = self.steps[number], self._versions(number)
        state = "due" if not versions else "signed" if versions[-1].signatures else "made"
        return Document(
            id=step.seq,
            name=step.name,
            number=self.made[number][0]["number"] if versions else "",
            step=step.step,
            element=step.element,
            at=step.at,
            actor=step.actor,
            state=state,
            versions=versions,
        )

    def dossier(self, *, holds: bool) -> Dossier | None:
        """The dossier that was sealed last; None until there is one. holds: whether it still is the last word."""
        told = self.sealed
        if told is None:
            return None
        names = ("seq", "at", "actor", "number", "sha256", "pages", "size", "entries", "log_seq", "log_head")
        rest = {name: told[name] for name in names}
        return Dossier(version=told.get("version", 1), holds=holds, **rest)

    def _versions(self, number: int) -> tuple[Version, ...]:
        return tuple(
            Version(
                number=told["version"],
                seq=told["seq"],
                at=told["at"],
                actor=told["actor"],
                sha256=told["sha256"],
                pages=told["pages"],
                size=told["size"],
                as_of=told["as_of"],
                reason=told["reason"],
                template=told["template_digest"],
                signatures=tuple(
                    each for each in self.signed.get(number, []) if each.sha256 == told["sha256"]
                ),
            )
            for told in self.made.get(number, [])
        )


def read_papers(
    case_id: UUID,
    events: Iterable[StoredEvent],
    definition: Callable[[str], Definition],
    sees_task: Callable[[int], bool],
) -> Papers:
    """Read a case's log. sees_task: whether a task is the reader's to see."""
    read = [(event, event.open()) for event in events]
    steps = Steps(case_id=case_id, definition=definition)
    found = {step.seq: step for step in steps.read(read) if step.name != CATALOGUE and sees_task(step.task)}
    papers = Papers(
        code=steps.code,
        title=steps.first.name or steps.first.key,
        zone=str(steps.state.bounds.get("zone", "UTC")),
        last_seq=read[-1][0].head.seq,
        last_at=read[-1][0].head.effective_at,
        last_head=read[-1][0].hash.hex(),
        templates={name: each for name, each in steps.first.resources.items() if name.endswith(".typ")},
        steps=found,
        made={},
        signed={},
        sealed=None,
    )
    for event, content in read:
        _record(papers, event, content)
    return papers


def _record(papers: Papers, event: StoredEvent, content: EventContent) -> None:
    head, given = event.head, content.input
    told = {**given, "seq": head.seq, "at": head.effective_at, "actor": head.actor}
    if head.kind == DOCUMENT:
        papers.made.setdefault(given["of"], []).append(told)
    elif head.kind == SIGN_DOCUMENT:
        papers.signed.setdefault(given["of"], []).append(
            Signature(
                seq=head.seq,
                at=head.effective_at,
                person=head.actor,
                on_behalf_of=head.on_behalf_of,
                name=given["signer"],
                sha256=given["sha256"],
                seal=(given["seal"] or {}).get("algorithm", ""),
            )
        )
    elif head.kind == SEAL_DOSSIER:
        papers.sealed = told
    elif head.kind == CORRECTION:
        papers.corrections.append((head.seq, dict(given.get("variables") or {})))
