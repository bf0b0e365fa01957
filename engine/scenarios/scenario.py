"""A scenario as it was written: where it begins, what happens step by step, what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What must hold after a step. None: not looked at.

    tasks: names of all open tasks, in any order. missing: names that must not be open. variables: as in the
    vocabulary, or by name. status: of the case. passed, not_passed: names of nodes the case has or has not been at.
    documents: produced so far. due: task name to its due time. groups: task name to its candidate groups.
    refused: the rule that refuses the step. errors: the form fields that refuse it. found: what a table gives that is
    looked up.
    """

    tasks: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    status: str | None = None
    passed: tuple[str, ...] = ()
    not_passed: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    due: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refused: str | None = None
    errors: tuple[str, ...] = ()
    found: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing somebody does or that happens.

    action: one of `engine.scenarios.actions.ACTIONS`; object: what it is done to (a task's name, a message's
    name, a span of time, ...). details: the further entries of the step by their written name.
    """

    number: int
    action: str
    object: Any
    details: Mapping[str, Any]
    expectation: Expectation


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """Where a scenario begins. process: its key. message: the message that starts the case, if one does."""

    process: str
    at: datetime
    variables: Mapping[str, Any]
    actor: str
    message: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """name: the file's name without its ending. before: the steps of the scenario it goes on from, with its file."""

    name: str
    file: str
    title: str
    given: Given
    before: tuple[tuple[str, Step], ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What is not as expected. step: its number, 0 for the beginning and for what is looked at in the end."""

    file: str
    step: int
    message: Message
