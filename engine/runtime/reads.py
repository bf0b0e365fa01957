"""The one port through which a case looks at anything outside itself.

Definitions by key, limits, directory, calendars, configuration: each answer is recorded in the event, and a
replay is served from the record alone (ARCHITECTURE §3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from engine.errors import BihuanError

Read = list[Any]
"""`[kind, key, value]`, all in wire form."""


class Reads(Protocol):
    """Looks things up and remembers what was seen."""

    record: list[Read]

    def read(self, kind: str, key: Any) -> Any:
        """The value of an outside fact, in wire form. Raises LookupError when it does not exist."""


class LiveReads:
    """Asks the providers of today and records the answers.

    providers: for each kind of fact a function from the key to the value (wire form); it may raise
    LookupError, which is recorded as the answer None. A kind without a provider is answered with None.
    """

    def __init__(self, providers: Mapping[str, Callable[[Any], Any]]) -> None:
        self._providers = providers
        self.record: list[Read] = []

    def read(self, kind: str, key: Any) -> Any:
        """Look up, record, return."""
        for known_kind, known_key, value in self.record:
            if known_kind == kind and known_key == key:
                return value
        provider = self._providers.get(kind)
        value = None if provider is None else provider(key)
        self.record.append([kind, key, value])
        return value


class ReplayDiverged(BihuanError):
    """A replay asked for something the original run did not ask for."""

    default_code = "replay.diverged"


class ReplayReads:
    """Answers from a recorded event and from nothing else."""

    def __init__(self, record: list[Read]) -> None:
        self._answers = record
        self.record: list[Read] = []

    def read(self, kind: str, key: Any) -> Any:
        """The recorded answer; raises ReplayDiverged when there is none."""
        for entry in self._answers:
            if entry[0] == kind and entry[1] == key:
                if entry not in self.record:
                    self.record.append(entry)
                return entry[2]
        raise ReplayDiverged(
            message_zh=f"复演时读取了原记录中没有的数据：{kind} {key}",
            message_en=f"the replay read something the original did not: {kind} {key}",
        )
