"""`Engine`: the one object programs use (ARCHITECTURE §6)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.cases.amending import Amending
from engine.cases.clock import Clock, wall_clock
from engine.cases.clock_changes import ACTOR as CLOCKS
from engine.cases.clock_changes import ClockChanges
from engine.cases.command import Command, Outcome
from engine.cases.definitions import Definitions, Deployment
from engine.cases.due import Due
from engine.cases.erasure import Erasure
from engine.cases.grouping import GroupExecutor
from engine.cases.jobs import Jobs
from engine.cases.leases import Leases
from engine.cases.linking import LINK, LinkTeller
from engine.cases.marks import WINDOW, Similar, similar
from engine.cases.messages import DEFAULT_TTL, Messages
from engine.cases.notices import Notices
from engine.cases.outbox import Outbox, Sender
from engine.cases.queries import Case, Queries, Task
from engine.cases.rebuilding import Rebuilding
from engine.cases.sealing import Sealing
from engine.cases.starting import Starter
from engine.cases.stuck import Stuck
from engine.cases.submissions import Submissions
from engine.cases.submitted import check_submission
from engine.cases.sweeps import Sweeps
from engine.commanding import wire_of
from engine.directory import Directory
from engine.directory.told import addressees
from engine.handling import Handling
from engine.runtime import Settings
from engine.store import Database, Transaction, new_case_id
from engine.vault import Keyring, Vault


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """How an engine runs. settings: bounds of execution. cache_size: cases kept in memory between commands.

    keyring: where the vault's keys are (`sqlite:///path`); None puts them beside an embedded database, or in
    memory for one in memory. random: the source of ids, keys and nonces. providers: outside facts cases read.
    senders: what delivers outbox rows that leave the database, by kind.
    """

    settings: Settings = field(default_factory=Settings)
    cache_size: int = 1_000
    keyring: str | None = None
    random: Callable[[int], bytes] = os.urandom
    providers: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    pool_size: int = 10
    senders: Mapping[str, Sender] = field(default_factory=dict)


class Engine(Handling):
    """A workflow engine on one database. Made by `open`; usable from several threads.

    Times are microseconds since 1970 UTC; variables are Python values FEEL knows (numbers, texts, dates, lists,
    contexts).
    """

    def __init__(self, database: Database, keyring: Keyring, *, clock: Clock, config: Config) -> None:
        self.database = database
        self.config = config
        self.clock = clock
        self.keyring = keyring
        self.vault = Vault(keyring, random=config.random)
        self.definitions = Definitions(database, config.settings)
        self.executor = GroupExecutor(
            database,
            self.definitions,
            config.settings,
            clock,
            config.providers,
            config.cache_size,
            lambda: self.directory,
        )
        self._sealing = Sealing(self.vault, check_submission)
        self.erasure = Erasure(database, keyring, clock)
        self._starter = Starter(
            self.executor, self.definitions, self._sealing, config.settings, clock, config.random
        )
        self._messages = Messages(database, self.executor, self._starter, clock)
        self.stuck = Stuck(database, clock, config.random)
        self.sweeps = Sweeps(database, clock)
        self.leases = Leases(database, clock)
        self.jobs = Jobs(database, self.executor, self._messages, self.stuck, clock)
        senders: dict[str, Sender] = {LINK: LinkTeller(self.executor), **config.senders}
        self.outbox = Outbox(database, self._messages, self.stuck, clock, senders, self._whom)
        self.notices = Notices(database, clock, self._groups_of)
        self.due = Due(
            database,
            self.executor,
            self._messages,
            self._starter,
            self.definitions,
            self.outbox,
            self.stuck,
            config.settings,
            clock,
        )
        self.clock_changes = ClockChanges(
            database,
            lambda case_id, given: self.command(case_id, "recalculate", given, actor=CLOCKS),
            clock,
            config.providers,
        )
        self.queries = Queries(database, self.definitions)
        self.submissions = Submissions(
            database, lambda files, actor, package: self.deploy(files, actor=actor, package=package), clock
        )
        self.amending = Amending(database, self.definitions)
        self.projections = Rebuilding(database, self.definitions, lambda: self.directory, clock)
        self.directory: Directory | None = None
        """The directory its providers ask; `engine.installation.open_engine` sets it."""

    @classmethod
    def open(
        cls, url: str, *, clock: Clock = wall_clock, config: Config | None = None, create: bool = True
    ) -> Self:
        """Open an engine on `sqlite://` (in memory), `sqlite:///path` or `postgresql://…`.

        create: set an empty database up. Raises InvalidInput for an address it does not know, SchemaMismatch
        for a database of another version.
        """
        config = config or Config()
        database = Database.open(url, create=create, pool_size=config.pool_size)
        try:
            keyring = Keyring.open(_keyring_url(url, config), random=config.random)
        except BaseException:
            database.close()
            raise
        return cls(database, keyring, clock=clock, config=config)

    @property
    def settings(self) -> Settings:
        """The bounds and domain functions its cases run under."""
        return self.config.settings

    def close(self) -> None:
        """Close the database and the keyring."""
        self.executor.forget()
        self.database.close()
        self.keyring.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _whom(self, addressee: str) -> list[str]:
        directory = self.directory
        return [addressee] if directory is None else addressees(directory.index, addressee, self.clock())

    def _groups_of(self, person: str) -> list[str]:
        directory = self.directory
        return [] if directory is None else directory.index.groups_of(person, self.clock())

    # -- definitions -------------------------------------------------------------------------------

    def deploy(self, files: Mapping[str, bytes], *, actor: str, package: str = "") -> Deployment:
        """Check and deploy a package of files by name; all or nothing. Raises ModelErrors with every finding."""
        now = self.clock()
        return self.definitions.deploy(
            files,
            actor=actor,
            package=package,
            deployment_id=new_case_id(now, self.config.random(8)),
            now=now,
        )

    # -- cases -------------------------------------------------------------------------------------

    def start(
        self,
        key: str,
        variables: Mapping[str, Any] | None = None,
        *,
        actor: str,
        on_behalf_of: str | None = None,
        business_key: str | None = None,
        version: int | None = None,
        idempotency_key: str | None = None,
        provenance: str = "live",
        at: int | None = None,
        start_event: str | None = None,
    ) -> Outcome:
        """Start a case of the process `key`, of its newest version unless told.

        provenance, at: `imported` or `simulated` cases may live in another time; they are marked for ever.
        Raises NotFound for an unknown process, InvalidInput for variables that cannot be kept.
        """
        digest, _ = self.definitions.find(key, version)
        outcome = self._starter.start(
            digest,
            wire_of(variables),
            actor=actor,
            on_behalf_of=on_behalf_of,
            business_key=business_key,
            start_event=start_event,
            idempotency_key=idempotency_key,
            provenance=provenance,
            at=at,
        )
        self._messages.deliver_awaited(outcome.awaited)
        return outcome

    def command(
        self,
        case_id: UUID,
        kind: str,
        given: Mapping[str, Any] | None = None,
        *,
        actor: str,
        on_behalf_of: str | None = None,
        idempotency_key: str | None = None,
        at: int | None = None,
        expected: str | None = None,
    ) -> Outcome:
        """Run a command of `engine.runtime.commands` on a case; variables in wire form.

        expected: the state hash (hex) the case must have; with another it is a Conflict, `case.changed`.
        """
        command = Command(
            kind=kind,
            actor=actor,
            on_behalf_of=on_behalf_of,
            key=idempotency_key,
            at=at,
            expected=expected,
            input=dict(given or {}),
            prepare=self._sealing.of_task() if kind == "complete" else self._sealing.of_texts(),
        )
        outcome = self.executor.execute(case_id, command)
        self._messages.deliver_awaited(outcome.awaited)
        return outcome

    def record(
        self,
        case_id: UUID,
        kind: str,
        given: Mapping[str, Any],
        *,
        actor: str,
        on_behalf_of: str | None = None,
        idempotency_key: str | None = None,
        check: Callable[[Transaction], None] = lambda tx: None,
    ) -> Outcome:
        """Write something down about a case that changes nothing of it, see `Executor.record`."""
        command = Command(
            kind=kind, actor=actor, on_behalf_of=on_behalf_of, key=idempotency_key, input=dict(given)
        )
        return self.executor.record(case_id, command, self._sealing.texts, check)

    # -- messages and time -------------------------------------------------------------------------

    def send_message(
        self,
        name: str,
        correlation_key: str,
        variables: Mapping[str, Any] | None = None,
        *,
        message_id: str | None = None,
        ttl: int = DEFAULT_TTL,
        at: int | None = None,
    ) -> list[Outcome]:
        """Deliver a message to the case waiting for it, start a case with it, or keep it for `ttl` microseconds.

        message_id: the same id again is the same message, whatever it says.
        """
        identity = message_id or str(new_case_id(self.clock(), self.config.random(8)))
        return self._messages.send(
            name, correlation_key, wire_of(variables), message_id=identity, ttl=ttl, at=at
        )

    def broadcast_signal(
        self, name: str, variables: Mapping[str, Any] | None = None, *, signal_id: str | None = None
    ) -> list[Outcome]:
        """Give a signal to every case that waits for it."""
        identity = signal_id or str(new_case_id(self.clock(), self.config.random(8)))
        return self._messages.broadcast(name, wire_of(variables), signal_id=identity)

    def run_due(self, until: int | None = None, *, case_id: UUID | None = None) -> int:
        """Fire due timers, send the outbox, deliver kept messages; how many things were done.

        until: the moment up to which things are due, by default now. case_id: fire only this case's timers.
        """
        return self.due.run(self.clock() if until is None else until, case_id=case_id)

    # -- looking -----------------------------------------------------------------------------------

    def case(self, case_id: UUID) -> Case:
        """A case's header. Raises NotFound."""
        return self.queries.case(case_id)

    def tasks(self, **filters: Any) -> list[Task]:
        """Open tasks; see `Queries.tasks` for the filters."""
        return self.queries.tasks(**filters)

    def duplicates(
        self,
        case_id: UUID,
        *,
        window: int = WINDOW,
        visible: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]] | None = None,
    ) -> list[Similar]:
        """Other cases of the last `window` microseconds about the same people or place, latest first.

        visible: a condition on case ids, as of who asks. Raises NotFound for an unknown case.
        """
        at = max(self.clock(), self.case(case_id).effective_at)
        with self.database.reading() as tx:
            return similar(tx, case_id, at - window, until=at, visible=visible)

    def case_ids(self) -> Iterator[UUID]:
        """All cases in order of their start."""
        return self.queries.case_ids()

    def variables(self, case_id: UUID) -> dict[str, Any]:
        """The variables of a case's process. Raises NotFound."""
        return {
            name: canonical.from_wire(value)
            for name, value in self.queries.state(case_id).root.variables.items()
        }


def _keyring_url(url: str, config: Config) -> str:
    if config.keyring is not None:
        return config.keyring
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return f"sqlite:///{parsed.database}.keys"
    return "sqlite://"
