"""Starting cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.cases.clock import Clock
from engine.cases.codes import with_code
from engine.cases.command import BEHAVIOUR, Command, NewCase, Outcome
from engine.cases.definitions import Definitions
from engine.cases.executor import Executor
from engine.cases.sealing import Sealing
from engine.runtime import Settings
from engine.store import new_case_id


class Starter:
    """Starts cases of deployed definitions.

    random: returns as many random bytes as asked for; case ids are made of it and the clock.
    """

    def __init__(
        self,
        executor: Executor,
        definitions: Definitions,
        sealing: Sealing,
        settings: Settings,
        clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:
        self._executor = executor
        self._definitions = definitions
        self._sealing = sealing
        self._settings = settings
        self._clock = clock
        self._random = random

    def start(
        self,
        digest: str,
        variables: dict[str, Any],
        *,
        actor: str,
        on_behalf_of: str | None = None,
        business_key: str | None = None,
        start_event: str | None = None,
        idempotency_key: str | None = None,
        provenance: str = "live",
        at: int | None = None,
        masked: bool = True,
    ) -> Outcome:
        """Start a case of the definition with this digest; variables in wire form.

        at: case time in microseconds, only with provenance imported or simulated.
        masked: seal what the start form marks as personal.
        """
        definition = self._definitions.programs.get(digest).definition
        begun = self._clock() if at is None else at
        case_id = new_case_id(max(begun, 0), self._random(8))
        new = NewCase(
            case_id=case_id,
            definition=digest,
            key=definition.key,
            version=self._definitions.version_of(digest),
            business_key=business_key,
            provenance=provenance,
        )
        command = Command(
            kind="start",
            actor=actor,
            on_behalf_of=on_behalf_of,
            key=idempotency_key,
            at=at,
            input={
                "definition": digest,
                "variables": with_code(variables, case_id, definition, begun, self._settings.zone),
                "business_key": business_key,
                "start_event": start_event,
                "provenance": provenance,
                "version": new.version,
                "behaviour": BEHAVIOUR,
                "bounds": self._settings.bounds(),
            },
            prepare=self._sealing.of_start(definition, start_event) if masked else None,
        )
        return self._executor.start(new, command)
