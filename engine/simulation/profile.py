"""What simulated cases of a flow are like: how they start, what is usually answered, which messages come.

A flow may bring `samples/simulation.toml`:

    complete = ["signatures"]      # lists of which everything is ticked
    [start]                        # variables of every case; `case_code` and `grid` are given if not named
    level = "村"
    [answers]                      # how often each option of a field is chosen, in parts; others by even chance
    consent = { agree = 90, refuse = 5, not_reached = 5 }
    [texts]                        # what is written into a field, by even chance
    title = ["路灯不亮", "井盖松动"]
    [values]                       # what is always entered
    lead_unit = "城管"
    [messages."referral.returned"] # when a case waits for it: whether it comes, after how many days, with what
    share = 0.9
    by = "referral"                # which process sends it: made up only where that is not simulated as well
    days = [2, 20]
    variables = { answer = "accepted" }
"""

from __future__ import annotations

import tomllib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.samples.draw import Draw


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """A message from outside. share: how often it comes; days: after how many, at least and at most. by: the process
    whose cases send it; empty where it comes from outside alone.
    """

    share: float
    days: tuple[float, float]
    variables: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """How the cases of a flow go."""

    start: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()
    messages: Mapping[str, Coming] = field(default_factory=dict)

    def beside(self, processes: Container[str]) -> Profile:
        """The profile where these processes are simulated as well: what they send is not made up."""
        return replace(
            self, messages={name: each for name, each in self.messages.items() if each.by not in processes}
        )

    def answer(self, name: str, options: list[Any], draw: Draw) -> Any:
        """One of a field's options, as often as the profile says; None when it says nothing about the field."""
        parts = self.answers.get(name)
        if parts is None:
            return None
        offered = [(option, parts.get(str(option), 0)) for option in options]
        point = draw.fraction() * sum(part for _, part in offered)
        for option, part in offered:
            point -= part
            if part and point < 0:
                return option
        return None


def read_profile(data: bytes) -> Profile:
    """Read a profile from TOML. Raises KeyError or tomllib.TOMLDecodeError when it is none."""
    table = tomllib.loads(data.decode("utf-8"))
    messages = {
        name: Coming(
            share=entry["share"],
            days=(entry["days"][0], entry["days"][1]),
            variables=entry.get("variables", {}),
            by=entry.get("by", ""),
        )
        for name, entry in table.get("messages", {}).items()
    }
    return Profile(
        start=table.get("start", {}),
        answers=table.get("answers", {}),
        texts=table.get("texts", {}),
        values=table.get("values", {}),
        complete=frozenset(table.get("complete", ())),
        messages=messages,
    )
