"""What personal data becomes before it reaches the log: a reference into the vault.

A form says which of its fields are personal (`Form.masked`). Their values are sealed outside the hashed content
under the key of the party they are about; the log and the variables hold a keyed commitment (ARCHITECTURE §3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from engine import canonical
from engine.canonical import VaultRef
from engine.cases.marks import PURPOSE, Mark, marks_of
from engine.errors import Conflict, LimitExceeded
from engine.feel import Environment
from engine.model.definition import Definition, Form, Masking
from engine.runtime import Session
from engine.runtime.duties import PLACE
from engine.runtime.variables import View
from engine.state import Scope, WorkItem
from engine.vault import Vault

ENTRIES_PER_EVENT = 10_000
"""Entry numbers are event number times this plus a running number, so that they never repeat in a case."""

FREE_TEXTS = {
    "reason": "text",
    "opinion": "text",
    "message": "text",
    "text": "comment",
    "filename": "comment",
}
"""Inputs of commands in which people write freely, with their masking classes."""

Prepare = Callable[[Session, UUID, int, dict[str, Any]], tuple[dict[str, Any], list["Sealed"]]]
Check = Callable[[Form, Mapping[str, Any], Mapping[str, Any], Environment], dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """A vault row to write with the event. kind: the masking class.

    marks: of the whole submission, carried by its first row; see `engine.cases.marks`.
    """

    entry_id: int
    party: str | None
    ciphertext: bytes
    kind: str
    marks: tuple[Mark, ...] = ()

    def row(self) -> dict[str, Any]:
        """The columns beside the case id."""
        return {
            "entry_id": self.entry_id,
            "party": self.party,
            "ciphertext": self.ciphertext,
            "kind": self.kind,
        }


class Sealing:
    """Seals the personal fields of submitted forms.

    check: validates a submission against its form, seeing the task's variables, and returns the cleaned values
    in wire form; it raises InvalidInput with the errors by field.
    """

    def __init__(self, vault: Vault, check: Check) -> None:
        self._vault = vault
        self._secret: bytes | None = None
        self._check = check

    def of_task(self) -> Prepare:
        """For completing a user task: validate against the task's form, then seal."""

        def prepare(
            session: Session, case_id: UUID, seq: int, given: dict[str, Any]
        ) -> tuple[dict[str, Any], list[Sealed]]:
            found = _form_of_task(session, given["task"])
            if found is None:
                return given, []
            form, scope, task = found
            seen = dict(View(session, scope, scope.tokens[task.token]))
            values = self._check(form, given.get("variables") or {}, seen, session.environment())
            closed, sealed = self.seal(form.masked, case_id, seq, values)
            place = values.get(PLACE, seen.get(PLACE))
            return {**given, "variables": closed}, self._marked(form, values, place, sealed)

        return prepare

    def of_texts(self) -> Prepare:
        """For every other command: what people write freely (reasons, opinions) is sealed under the case's key."""

        def prepare(
            session: Session, case_id: UUID, seq: int, given: dict[str, Any]
        ) -> tuple[dict[str, Any], list[Sealed]]:
            return self.texts(case_id, seq, given)

        return prepare

    def texts(self, case_id: UUID, seq: int, given: dict[str, Any]) -> tuple[dict[str, Any], list[Sealed]]:
        """Seal what people wrote freely in the input of an event."""
        written = [name for name in FREE_TEXTS if isinstance(given.get(name), str) and given[name]]
        masked = {name: Masking(kind=FREE_TEXTS[name]) for name in written}
        return self.seal(masked, case_id, seq, dict(given))

    def of_start(self, definition: Definition, start_event: str | None) -> Prepare | None:
        """For starting a case with a form: None when the start event has none."""
        starts = [start_event] if start_event else list(definition.containers[definition.key].starts)
        works = [definition.nodes[node].work for node in starts if node in definition.nodes]
        form_id = next((work.form for work in works if work is not None and work.form), None)
        if form_id is None or form_id not in definition.forms:
            return None
        form = definition.forms[form_id]

        def prepare(
            session: Session, case_id: UUID, seq: int, given: dict[str, Any]
        ) -> tuple[dict[str, Any], list[Sealed]]:
            values = dict(given["variables"])
            closed, sealed = self.seal(form.masked, case_id, seq, values)
            return {**given, "variables": closed}, self._marked(form, values, values.get(PLACE), sealed)

        return prepare

    def _marked(
        self, form: Form, values: Mapping[str, Any], place: Any, sealed: list[Sealed]
    ) -> list[Sealed]:
        """The rows with the marks of the submission."""
        if not form.marked or not sealed:
            return sealed
        if self._secret is None:
            self._secret = self._vault.secret(PURPOSE)
        marks = tuple(marks_of(self._secret, form.marked, values, place if isinstance(place, str) else ""))
        return [replace(sealed[0], marks=marks), *sealed[1:]]

    def seal(
        self, masked: Mapping[str, Masking], case_id: UUID, seq: int, values: dict[str, Any]
    ) -> tuple[dict[str, Any], list[Sealed]]:
        """Replace the masked fields of `values` (wire form) by references; the rows to keep for them."""
        sealed: list[Sealed] = []
        for path in sorted(masked):
            party, kind = masked[path].party, masked[path].kind

            def close(value: Any, party: str | None = party, kind: str = kind) -> Any:
                if len(sealed) == ENTRIES_PER_EVENT:
                    raise LimitExceeded(
                        message_zh=f"一次提交的保密内容超过{ENTRIES_PER_EVENT}项",
                        message_en=f"one submission holds more than {ENTRIES_PER_EVENT} protected values",
                    )
                entry = seq * ENTRIES_PER_EVENT + len(sealed)
                closed = self._vault.seal(case_id, entry, party, value, kind=kind)
                sealed.append(Sealed(entry_id=entry, party=party, ciphertext=closed.ciphertext, kind=kind))
                return canonical.to_wire(VaultRef(entry=entry, commitment=closed.commitment))

            values = _replaced(values, path.split("."), close)
        return values, sealed


def _form_of_task(session: Session, task_id: int) -> tuple[Form, Scope, WorkItem] | None:
    scope = session.state.scope_of(task_id)
    if scope is None:
        return None
    task = scope.tasks.get(task_id)
    if not isinstance(task, WorkItem) or task.form is None:
        return None
    form = session.program(scope).definition.forms.get(task.form)
    if form is None:
        raise Conflict(
            code="form.gone",
            message_zh=f"表单“{task.form}”不在流程定义中",
            message_en=f"form “{task.form}” is not part of the definition",
        )
    return form, scope, task


def _replaced(value: Any, path: list[str], replace: Callable[[Any], Any]) -> Any:
    """`value` with what stands at the path replaced, in every entry of the lists on the way.

    What the caller gave is not changed.
    """
    if isinstance(value, list):
        return [_replaced(entry, path, replace) for entry in value]
    if not isinstance(value, dict) or value.get(path[0]) is None:
        return value
    here = value[path[0]]
    return {**value, path[0]: replace(here) if len(path) == 1 else _replaced(here, path[1:], replace)}
