"""The page of a case: everything its reader may see of it, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final
from uuid import UUID

from engine.calendars import Timetable
from engine.casepage.asking import Asked, ask
from engine.casepage.diagram import DiagramState, Painter
from engine.casepage.entered import entered_before
from engine.casepage.header import CaseHeader, read_header
from engine.casepage.stepping import Standing, stand_after
from engine.casepage.tasks import OpenTask, is_mine, open_tasks, seen_task
from engine.casepage.telling import Telling, Told
from engine.cases.log import EventContent, StoredEvent
from engine.cases.queries import Case
from engine.cases.reading import read_events
from engine.content import CaseFile
from engine.content.attachments import Attachment, attachments
from engine.content.comments import Comment, comments
from engine.content.links import Link, links
from engine.errors import BihuanError, Conflict, NotFound
from engine.history.clocks import TaskClock, clocks_of
from engine.i18n import Catalogue
from engine.privacy import Eyes, Grant, Reader
from engine.state import CaseState, Scope, apply
from engine.store import Reading

LINES: Final = 200
"""Events on the page; `CasePages.history` gives all."""

Events = list[tuple[StoredEvent, EventContent]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CasePage:
    """A case as its reader sees it.

    header: None where the case has no row in `case_headers` yet. values: the variables in Python form; masked: path
    of each value that is not shown as it is, to its masking class. partial: whether the reader sees only their own
    part. grant: under which personal data is shown as it is for a time. clocks: None where no timetable is known.
    history: the last `LINES` events; total: how many events the log has.
    """

    case: Case
    header: CaseHeader | None
    values: dict[str, Any]
    masked: dict[str, str]
    partial: bool
    grant: Grant | None
    diagrams: tuple[DiagramState, ...]
    tasks: tuple[OpenTask, ...]
    clocks: tuple[TaskClock, ...] | None
    history: tuple[Told, ...]
    total: int
    comments: tuple[Comment, ...]
    attachments: tuple[Attachment, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseStep:
    """One event and the case right after it, as its reader may know it.

    told: None where the event is not for them. standing: with values in Python form, masked. masked: as for `CasePage`.
    total: how many events the log has.
    """

    told: Told | None
    standing: Standing
    masked: dict[str, str]
    total: int


@dataclass(kw_only=True)
class _Read:
    """What was read of a case in one transaction."""

    eyes: Eyes
    events: Events
    state: CaseState
    header: CaseHeader | None
    comments: list[Comment] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


class CasePages:
    """Reads case pages. timetable: gives the limits and calendars in force; None without."""

    def __init__(self, file: CaseFile, *, timetable: Callable[[], Timetable] | None = None) -> None:
        self._file = file
        self._timetable = timetable

    def page(self, reader: Reader, case_id: UUID, say: Catalogue, *, lines: int = LINES) -> CasePage:
        """The page of a case. say: in which language the history is told.

        What was shown unmasked is in the access log. Raises NotFound when they may not see the case.
        """
        with self._file.eyes(reader, case_id) as (tx, eyes):
            read = self._read(tx, eyes, told=slice(-lines, None))
            read.comments = comments(tx, eyes)
            read.attachments = attachments(tx, eyes)
            read.links = links(tx, eyes)
            values = self._values(tx, read)
        engine = self._file.engine
        asked = self._ask(read)
        told = self._told(read, say, after=len(read.events) - lines)
        # The history's reasons were opened after the block.
        eyes.record(engine.database, self._file.log)
        painter = Painter()
        for _, content in read.events:
            painter.read(content.effects)
        return CasePage(
            case=engine.queries.case(case_id),
            header=read.header,
            values=values,
            masked={
                path: kind for path, kind in eyes.masked.items() if path.partition("[")[0] not in _BESIDE
            },
            partial=eyes.part is not None,
            grant=eyes.grant,
            diagrams=tuple(painter.paint(read.state)) if eyes.part is None else (),
            tasks=tuple(open_tasks(read.state, eyes, self._names(read.events), asked)),
            clocks=self._clocks(read),
            history=tuple(told),
            total=len(read.events),
            comments=tuple(read.comments),
            attachments=tuple(read.attachments),
            links=tuple(read.links),
        )

    def history(
        self, reader: Reader, case_id: UUID, say: Catalogue, *, after: int = 0, limit: int = LINES
    ) -> list[Told]:
        """Events of a case after number `after` as the reader may know them, in order. Raises NotFound."""
        with self._file.eyes(reader, case_id) as (tx, eyes):
            read = self._read(tx, eyes, told=slice(after, None))
        told = self._told(read, say, after=after, limit=limit)
        eyes.record(self._file.engine.database, self._file.log)
        return told

    def diagrams(self, reader: Reader, case_id: UUID) -> list[DiagramState]:
        """Where a case stands in its diagrams; nothing for who sees only their own part. Raises NotFound."""
        with self._file.eyes(reader, case_id) as (tx, eyes):
            read = self._read(tx, eyes)
        painter = Painter()
        for _, content in read.events:
            painter.read(content.effects)
        return painter.paint(read.state) if eyes.part is None else []

    def step(self, reader: Reader, case_id: UUID, say: Catalogue, seq: int) -> CaseStep:
        """Event `seq` and how the case stood after it. Raises NotFound."""
        with self._file.eyes(reader, case_id) as (tx, eyes):
            read = self._read(tx, eyes, told=slice(max(0, seq - 1), seq))
            standing = stand_after(read.events, seq, self._names(read.events))
            if standing is None:
                raise NotFound(
                    code="event.unknown", message_zh="没有这一步", message_en="there is no such event"
                )
            self._veil(tx, eyes, standing)
        told = [each for each in self._told(read, say, after=seq - 1, limit=1) if each.seq == seq]
        eyes.record(self._file.engine.database, self._file.log)
        return CaseStep(
            told=told[0] if told else None,
            standing=standing,
            masked=dict(eyes.masked),
            total=len(read.events),
        )

    def task_values(self, reader: Reader, case_id: UUID, task: int) -> tuple[dict[str, Any], dict[str, str]]:
        """What is known already of the fields of an open task's form, and which of it is masked, by path.

        Raises NotFound when the task is gone or not theirs to see.
        """
        with self._file.eyes(reader, case_id) as (tx, eyes):
            read = self._read(tx, eyes)
            scope, item = seen_task(read.state, eyes, task)
            seen = {**entered_before(read.events, scope, item), **read.state.seen_by(scope, item)}
            eyes.prepare(tx, *seen.values())
        form = set() if item.form is None else self._fields(scope, item.form)
        values = {name: eyes.show(seen[name], name) for name in sorted(form) if name in seen}
        eyes.record(self._file.engine.database, self._file.log)
        return values, dict(eyes.masked)

    # -- reading ------------------------------------------------------------------------------------

    def _read(self, tx: Reading, eyes: Eyes, *, told: slice = slice(0, 0)) -> _Read:
        """Read a case. told: those of its events whose reasons will be shown."""
        events = [(event, event.open()) for event in read_events(tx, eyes.case_id)]
        eyes.prepare(tx, *(_texts(content) for _, content in events[told]))
        state = CaseState()
        for _, content in events:
            for effect in content.effects:
                apply(state, effect)
        state.changes.clear()
        return _Read(eyes=eyes, events=events, state=state, header=read_header(tx, eyes.case_id))

    def _values(self, tx: Reading, read: _Read) -> dict[str, Any]:
        eyes = read.eyes
        wire = _last_variables(read.events)
        if eyes.part is not None:
            wire = {name: value for name, value in wire.items() if name in eyes.rules.part_variables}
        eyes.prepare(tx, *wire.values())
        return {name: eyes.show(value, name) for name, value in sorted(wire.items())}

    def _veil(self, tx: Reading, eyes: Eyes, standing: Standing) -> None:
        """Leave of a standing what the reader may see."""
        standing.tasks = [each for each in standing.tasks if eyes.sees_task(each.id)]
        standing.finished = [each for each in standing.finished if eyes.sees_task(each.id)]
        values = standing.values
        if eyes.part is not None:
            standing.diagrams, standing.entered, standing.left = (), (), ()
            values = [each for each in values if each.name in eyes.rules.part_variables]
        eyes.prepare(tx, *(wire for each in values for wire in (each.value, each.before)))
        standing.values = [
            replace(each, value=eyes.show(each.value, each.name), before=eyes.show(each.before, each.name))
            for each in values
        ]

    def _fields(self, scope: Scope, form: str) -> set[str]:
        """The variables a form writes, by their first names."""
        definition = self._file.engine.definitions.programs.get(scope.definition).definition
        found = definition.forms.get(form)
        return set() if found is None else {name.partition(".")[0] for name in found.fields}

    # -- what needs more than the tables ------------------------------------------------------------

    def _ask(self, read: _Read) -> Asked:
        eyes = read.eyes
        wanted = [
            item.id
            for scope in read.state.scopes.values()
            for item in scope.tasks.values()
            if eyes.sees_task(item.id) and is_mine(eyes.reader, item)
        ]
        try:
            return self._file.engine.executor.look(eyes.case_id, lambda session: ask(session, wanted))
        except Conflict:
            # The case has ended.
            return Asked()

    def _told(self, read: _Read, say: Catalogue, *, after: int = 0, limit: int | None = None) -> list[Told]:
        telling = Telling(say, self._names(read.events), read.eyes, _namer(read.eyes.reader))
        # No more is told than asked for: telling opens what is sealed, and that is written down.
        return list(islice(telling.tell(read.events, after=after), limit))

    def _names(self, events: Events) -> Mapping[tuple[str, str], str]:
        digests = dict.fromkeys(
            effect[6] for _, content in events for effect in content.effects if effect[0] == "scope+"
        )
        names: dict[tuple[str, str], str] = {}
        for digest in digests:
            try:
                nodes = self._file.engine.definitions.programs.get(digest).nodes
            except BihuanError:
                continue
            names |= {(digest, node.id): node.name for node in nodes.values() if node.name}
        return names

    def _clocks(self, read: _Read) -> tuple[TaskClock, ...] | None:
        if self._timetable is None:
            return None
        eyes = read.eyes
        try:
            found = clocks_of(read.events, self._timetable(), eyes.reader.at)
        except BihuanError:
            # A rule it started under is not configured any more: its account cannot be told.
            return None
        return tuple(clock for clock in found if eyes.sees_task(clock.task))


_BESIDE: Final = frozenset({"comments", "attachments", "history"})


def _last_variables(events: Events) -> dict[str, Any]:
    """The variables of the process, those it ended with when it has ended."""
    root: int | None = None
    found: dict[str, Any] = {}
    for _, content in events:
        for effect in content.effects:
            if effect[0] == "scope+" and root is None:
                root = effect[1]
                found.update(effect[8])
            elif effect[0] == "var" and effect[1] == root:
                found.update(effect[2])
    return found


def _texts(content: EventContent) -> list[Any]:
    return [content.input[name] for name in ("reason", "opinion", "message") if content.input.get(name)]


def _namer(reader: Reader) -> Callable[[str], str]:
    """Says what people are called, those the directory knows."""

    def name(person: str) -> str:
        rows = () if reader.index is None else reader.index.register.people.get(person, ())
        return rows[-1].name if rows else person

    return name
