"""The independent checker: what the actors wrote down and what the database holds go in, a verdict comes out.

It reads rows and effects itself and shares no code with what it judges, but for unpacking an event and the engine's
own verification and replay, which are judged by other tests.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

HOT_TABLES = ("tasks", "timers", "jobs", "outbox", "incidents", "stuck_work", "messages", "subscriptions")


@dataclass(frozen=True, slots=True)
class Event:
    """One row of a case's log, its effects unpacked."""

    case: str
    seq: int
    kind: str
    input: dict[str, Any]
    effects: list[list[Any]]
    effective_at: int


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the checker looks at.

    meant: keys of the cases somebody set out to start. effects: (key, id) of side effects, as noted by who did
    them. cases: (id, process, business key, status). left: rows left in each hot table. found: findings of
    verification and replay.
    """

    meant: Sequence[str]
    effects: Sequence[tuple[str, str]]
    cases: Sequence[tuple[str, str, str | None, str]]
    events: Sequence[Event]
    left: dict[str, int]
    found: Sequence[str] = ()
    jobs_per_case: int = 1
    timers_per_case: int = 2
    receivers: dict[str, str] = field(default_factory=dict)


def judge(record: Record) -> list[str]:
    """What is wrong, nothing when all is well."""
    return [
        *_cases(record),
        *_timers(record),
        *_effects(record),
        *_messages(record),
        *(f"{count} rows are left in {name}" for name, count in record.left.items() if count),
        *record.found,
    ]


def _cases(record: Record) -> Iterator[str]:
    by_key = defaultdict(list)
    for case, process, key, status in record.cases:
        if process == "chaos":
            by_key[key].append(case)
        if status != "completed":
            yield f"case {case} of {process} is {status}"
    for key in record.meant:
        if len(by_key[key]) != 1:
            yield f"{key} has {len(by_key[key])} cases"
    for key in set(by_key) - set(record.meant):
        yield f"nobody meant to start {key}"
    seqs = defaultdict(list)
    for event in record.events:
        seqs[event.case].append(event.seq)
    for case, _, _, _ in record.cases:
        if sorted(seqs[case]) != list(range(1, len(seqs[case]) + 1)) or not seqs[case]:
            yield f"the log of {case} has holes: {sorted(seqs[case])}"


def _timers(record: Record) -> Iterator[str]:
    due: dict[tuple[str, int], int] = {}
    ended: Counter[tuple[str, int]] = Counter()
    for event in record.events:
        for effect in event.effects:
            if effect[0] == "timer+":
                due[event.case, effect[2][0]] = effect[2][3]
            elif effect[0] == "timer-":
                ended[event.case, effect[2]] += 1
    commands = [event for event in record.events if event.kind == "fire-timer"]
    fired = Counter((event.case, event.input["timer"]) for event in commands)
    for event in commands:
        timer = (event.case, event.input["timer"])
        if event.effective_at < due.get(timer, 0):
            yield f"timer {timer} fired before it was due"
    for timer in sorted({*due, *fired}):
        # One that was not waited for any more went with its token, without a word of its own.
        if ended[timer] > 1 or fired[timer] > ended[timer]:
            yield f"timer {timer} ended {ended[timer]} times and fired {fired[timer]} times"
    of_case = Counter(case for case, _ in fired)
    for case, process, _, _ in record.cases:
        if process == "chaos" and of_case[case] < record.timers_per_case:
            yield f"only {of_case[case]} timers of {case} fired"


def _effects(record: Record) -> Iterator[str]:
    keys = defaultdict(set)
    for key, of in record.effects:
        keys[of].add(key)
    for of in record.meant:
        if len(keys[of]) != record.jobs_per_case:
            yield f"the side effect of {of} has {len(keys[of])} idempotency keys"


def _messages(record: Record) -> Iterator[str]:
    received = Counter(record.receivers.values())
    for key in record.meant:
        if received[key] != 1:
            yield f"the message of {key} arrived {received[key]} times"


def unpacked(content: bytes) -> dict[str, Any]:
    """An event's content."""
    from engine.cases.log import unpack

    found: dict[str, Any] = json.loads(unpack(content))
    return found
