"""Deployed definitions: stored by digest, versioned by key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from engine.errors import InvalidInput, NotFound
from engine.model import Finding, Package, read_before, read_package
from engine.model.definition import Definition, EventKind
from engine.runtime import LiveReads, Programs, Session, Settings, moments
from engine.runtime.failure import NodeFailure
from engine.state import CaseState, Scope
from engine.state.scope import PROCESS
from engine.store import Database, Transaction
from engine.store.tables import (
    definition_resources,
    definitions,
    deployments,
    resources,
    start_subscriptions,
    start_timers,
)

_GRADE: Final = re.compile(rb'\brisk_grade\b|"grade"')
"""The variables of a grade (`engine.cases.headers`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeployedDefinition:
    """One definition of a deployment. `is_new` is False when the same bytes were its newest version already."""

    key: str
    name: str | None
    version: int
    digest: str
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """What a deployment brought; `findings` are its warnings."""

    id: UUID
    definitions: tuple[DeployedDefinition, ...]
    findings: tuple[Finding, ...]


class Definitions:
    """The definitions in a database, compiled ones kept in memory."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._latest: dict[str, str | None] = {}
        self._graded: dict[str, bool] = {}
        self._lock = Lock()
        self.programs = Programs(self._load)

    @property
    def settings(self) -> Settings:
        """How the installation runs."""
        return self._settings

    def deploy(
        self, files: Mapping[str, bytes], *, actor: str, package: str, deployment_id: UUID, now: int
    ) -> Deployment:
        """Check a package and make its definitions the newest of their keys; all or nothing.

        Raises ModelErrors with every finding when one is an error; nothing is deployed then.
        """
        with self._database.reading() as reading:
            keys = [row[0] for row in reading.execute(sa.select(definitions.c.key).distinct())]
        read = read_package(files, known_processes=keys)
        with self._database.transaction() as tx:
            tx.execute(
                deployments.insert(),
                {"deployment_id": deployment_id, "deployed_at": now, "actor": actor, "package": package},
            )
            deployed = tuple(
                self._store(tx, definition, deployment_id, now) for definition in read.definitions
            )
        with self._lock:
            self._latest.clear()
        return Deployment(id=deployment_id, definitions=deployed, findings=read.findings)

    def latest(self, key: str) -> str | None:
        """Hex digest of the newest definition with this key, or None."""
        with self._database.reading() as reading:
            row = reading.execute(
                sa.select(definitions.c.digest)
                .where(definitions.c.key == key)
                .order_by(definitions.c.version.desc())
                .limit(1)
            ).first()
        return bytes(row[0]).hex() if row else None

    def find(self, key: str, version: int | None = None) -> tuple[str, int]:
        """Hex digest and version of a definition, the newest without `version`. Raises NotFound."""
        query = sa.select(definitions.c.digest, definitions.c.version).where(definitions.c.key == key)
        if version is not None:
            query = query.where(definitions.c.version == version)
        with self._database.reading() as reading:
            row = reading.execute(query.order_by(definitions.c.version.desc()).limit(1)).first()
        if row is None:
            raise NotFound(
                code="definition.unknown",
                message_zh=f"没有部署流程“{key}”" + (f"的第{version}版" if version else ""),
                message_en=f"process “{key}” is not deployed" + (f" in version {version}" if version else ""),
            )
        return bytes(row[0]).hex(), int(row[1])

    def version_of(self, digest: str) -> int:
        """The version number of a definition. Raises NotFound."""
        with self._database.reading() as reading:
            row = reading.execute(
                sa.select(definitions.c.version).where(definitions.c.digest == bytes.fromhex(digest))
            ).first()
        if row is None:
            raise _unknown(digest)
        return int(row[0])

    def files(self, digest: str) -> dict[str, bytes]:
        """The files of a definition by name. Raises NotFound."""
        query = (
            sa.select(definition_resources.c.name, resources.c.content)
            .join(resources, resources.c.digest == definition_resources.c.resource)
            .where(definition_resources.c.definition == bytes.fromhex(digest))
        )
        with self._database.reading() as reading:
            found = {row[0]: bytes(row[1]) for row in reading.execute(query)}
        if not found:
            raise _unknown(digest)
        return found

    def is_graded(self, digest: str) -> bool:
        """Whether its cases get a grade at some time: whether a file of it speaks of one. Raises NotFound."""
        found = self._graded.get(digest)
        if found is None:
            found = any(_GRADE.search(content) for content in self.files(digest).values())
            self._graded[digest] = found
        return found

    def all(self) -> list[tuple[str, str, int]]:
        """Hex digest, key and version of every definition."""
        query = sa.select(definitions.c.digest, definitions.c.key, definitions.c.version).order_by(
            definitions.c.key, definitions.c.version
        )
        with self._database.reading() as reading:
            return [(bytes(row[0]).hex(), row[1], row[2]) for row in reading.execute(query)]

    def _load(self, digest: str) -> Definition:
        files = self.files(digest)
        before = read_before(digest, files)
        if before is not None:
            return before
        for definition in read_stored(files).definitions:
            if definition.digest == digest:
                return definition
        raise _unknown(digest)

    def _store(
        self, tx: Transaction, definition: Definition, deployment_id: UUID, now: int
    ) -> DeployedDefinition:
        digest = bytes.fromhex(definition.digest)
        row = tx.execute(
            sa.select(definitions.c.version, definitions.c.digest)
            .where(definitions.c.key == definition.key)
            .order_by(definitions.c.version.desc())
        ).fetchall()
        known = next((int(version) for version, other in row if bytes(other) == digest), None)
        version = known or (int(row[0][0]) + 1 if row else 1)
        if known is None:
            self._insert(tx, definition, version, deployment_id, now)
        if known is None or known == int(row[0][0]):
            self._replace_starts(tx, definition, version, now)
        return DeployedDefinition(
            key=definition.key,
            name=definition.name,
            version=version,
            digest=definition.digest,
            is_new=known is None,
        )

    def _insert(
        self, tx: Transaction, definition: Definition, version: int, deployment_id: UUID, now: int
    ) -> None:
        digest = bytes.fromhex(definition.digest)
        tx.execute(
            definitions.insert(),
            {
                "digest": digest,
                "key": definition.key,
                "version": version,
                "name": definition.name or definition.key,
                "deployment_id": deployment_id,
                "deployed_at": now,
            },
        )
        for name, content in sorted(definition.resources.items()):
            resource = hashlib.sha256(content).digest()
            known = tx.execute(sa.select(resources.c.digest).where(resources.c.digest == resource)).first()
            if known is None:
                tx.execute(resources.insert(), {"digest": resource, "content": content})
            tx.execute(
                definition_resources.insert(), {"definition": digest, "name": name, "resource": resource}
            )

    def _replace_starts(self, tx: Transaction, definition: Definition, version: int, now: int) -> None:
        """Only the newest version of a process is started by events (BPMN 2.0 §10.5.2)."""
        digest = bytes.fromhex(definition.digest)
        for table in (start_subscriptions, start_timers):
            tx.execute(table.delete().where(table.c.definition_key == definition.key))
        for node_id in definition.containers[definition.key].event_starts:
            event = definition.nodes[node_id].event
            if event is None:
                continue
            row = {
                "definition_key": definition.key,
                "element_id": node_id,
                "version": version,
                "definition": digest,
            }
            if event.kind is EventKind.TIMER:
                planned = self.first_firing(definition, node_id, now)
                tx.execute(
                    start_timers.insert(),
                    {
                        **row,
                        "due_at": planned.due,
                        "remaining": None if planned.repeats < 0 else planned.repeats,
                    },
                )
            elif event.kind in (EventKind.MESSAGE, EventKind.SIGNAL) and event.name is not None:
                name = event.name.text or ""
                tx.execute(start_subscriptions.insert(), {**row, "kind": event.kind.value, "name": name})

    def first_firing(self, definition: Definition, node_id: str, now: int) -> moments.Schedule:
        """When a timer start event fires, planned at `now`.

        Raises InvalidInput, naming the event, when its expression gives no date, duration or cycle.
        """
        session = Session(CaseState(), self.programs, self._settings)
        session.begin(now, LiveReads({}))
        scope = Scope(1, None, None, PROCESS, definition.key, definition.digest)
        event = definition.nodes[node_id].event
        assert event is not None
        try:
            return moments.schedule(session, event, scope, None)
        except NodeFailure as failure:
            raise InvalidInput(
                code=failure.kind,
                message_zh=failure.message_zh,
                message_en=failure.message_en,
                place={"process": definition.key, "element": node_id},
            ) from failure


def read_stored(files: Mapping[str, bytes]) -> Package:
    """Read the files of a definition that was checked when it was deployed."""
    return read_package(files, known_processes=None)


def _unknown(digest: str) -> NotFound:
    return NotFound(
        code="definition.unknown",
        message_zh=f"流程定义不存在：{digest[:12]}",
        message_en=f"there is no process definition {digest[:12]}",
    )
