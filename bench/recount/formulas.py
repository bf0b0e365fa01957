"""The formulas of docs/reports.md, read anew and counted case by case."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.recount.log import Case, Work, plain
from bench.recount.moments import DAY, Office, end_of_day, moment

Found = tuple[str, int, str, bool, bool]
"""An indicator, the moment that puts it into a period, its level, whether it belongs to the whole, and to the part."""

DUE = frozenset(
    {"on_time", "overdue", "responded", "signed_in_time", "arrived_in_time", "red_in_time", "performed"}
)
"""What is due later than the data reach is not counted yet."""


@dataclass(frozen=True, slots=True)
class Call:
    """A follow-up: when it began, how it ended, and what was said."""

    opened: int
    ended: int | None
    answer: str
    solved: str
    opinion: str


class Formulas:
    """Over the rules that say which element and which word counts as what."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._rules = rules
        self._steps = {step["element"]: step for step in rules["step"]}
        self._opinions = {word: kind for kind, words in rules["satisfaction"].items() for word in words}
        self._aside = {key for key, flow in rules["flows"].items() if flow.get("counted") is False}

    def counts(self, case: Case) -> bool:
        """Whether a case was taken on, and is of a flow that is counted."""
        return case.flow not in self._aside and "not_accepted" not in case.passed

    def role(self, work: Work) -> str:
        """What a task counts as; empty for nothing."""
        return str(self._steps.get(work.element, {}).get("role", ""))

    def score(self, work: Work) -> int | None:
        """The score that a completed task gave."""
        name = self._steps.get(work.element, {}).get("score")
        given = work.entered.get(name) if name and work.how == "completed" else None
        return given if isinstance(given, int) and not isinstance(given, bool) else None

    def outcome(self, case: Case) -> str:
        """The kind of outcome, or the word itself where the rules know none for it."""
        word = plain(case.variables.get("outcome"))
        return str(self._rules["outcomes"].get(word, word))

    def closed(self, case: Case) -> int | None:
        """When a case was closed: as it says itself, or with its end if it was settled and not given up."""
        said = moment(case.variables.get("closed_at"))
        if said is not None:
            return said
        settled = moment(case.variables.get("settled_at")) is not None
        return case.ended if settled and self._is_over(case) else None

    def ended_open(self, case: Case) -> int | None:
        """When a case came to its end without being settled or given up."""
        settled = moment(case.variables.get("settled_at")) is not None
        return case.ended if not settled and self._is_over(case) else None

    def _is_over(self, case: Case) -> bool:
        return case.status == "completed" and self.outcome(case) not in self._rules["given_up"]

    def found(self, case: Case) -> Iterator[Found]:
        """All that a case adds, to the whole or to what is left out."""
        counts = self.counts(case)
        for name, at, level, whole, part in (*self._of_case(case), *self._of_steps(case)):
            yield name, at, level, whole and counts, whole and counts and part

    def settled(self, case: Case) -> int | None:
        """When a case was settled, as it says at its end, if it counts."""
        return moment(case.variables.get("settled_at")) if self.counts(case) else None

    def received(self, case: Case) -> int:
        """When a case was received."""
        return moment(case.variables.get("received_at")) or case.begun

    def _of_case(self, case: Case) -> Iterator[Found]:
        said = case.variables
        settled = moment(said.get("settled_at"))
        dues = (moment(said.get(name)) for name in ("case_due_at", "due_at", "source_due_at"))
        due = next((at for at in dues if at), case.clock)
        received = self.received(case)
        yield "accepted", received, "", True, True
        yield "settled", received, "", True, settled is not None
        if due is not None:
            withdrawn = settled is None and case.ended is not None and case.ended <= due
            yield "on_time", due, "", not withdrawn, settled is not None and settled <= due
            yield "overdue", due, "", not withdrawn, settled is None or settled > due
        first = moment(case.first_settled)
        if first is not None:
            again = case.passed.get("reopening", [])
            window = self._rules.get("reopen_days", 180) * DAY
            yield "reopened", first, "", True, bool(again) and again[0] <= first + window
        if settled is None:
            return
        outcome = self.outcome(case)
        yield "closed", settled, "", True, self.closed(case) is not None
        tried = outcome in ("written", "oral", "failed", "to_case")
        yield "resolved", settled, "", tried, outcome in ("written", "oral")
        yield "reworked", settled, "", True, "rework" in case.passed
        yield "confirmed", settled, "", outcome == "written", self._is_confirmed(said)

    def _is_confirmed(self, said: Mapping[str, Any]) -> bool:
        rule = self._rules["confirmation"]
        docking = said.get(rule["variable"])
        return isinstance(docking, dict) and (
            docking.get("kind") == rule["kind"] and docking.get("answer") in rule["answers"]
        )

    def _of_steps(self, case: Case) -> Iterator[Found]:
        for work in case.work.values():
            role = self._steps.get(work.element, {}).get("role")
            if work.due is not None and role in ("contact", "sign", "arrive"):
                late = work.ended is not None and work.ended > work.due
                was_to_be_done = work.how in ("", "completed") or (
                    work.how not in ("returned", "recalled") and late
                )
                in_time = work.how == "completed" and not late
                name = {"contact": "responded", "sign": "signed_in_time", "arrive": "arrived_in_time"}[role]
                yield name, work.due, work.level, was_to_be_done, in_time
                if role == "contact":
                    yield "red_in_time", work.due, work.level, was_to_be_done and work.red, in_time
            if role == "sign":
                went_on = work.how in ("", "completed")
                yield (
                    "dispatched_right", work.opened, work.level, went_on, self.answer(work) != "returned",
                )  # fmt: skip
        for stage in case.stages.values():
            deadline = end_of_day(stage.deadline) if stage.kind == "term" else None
            if stage.kind == "level":
                yield "escalated", stage.opened, stage.level, True, stage.outcome == "raised"
            elif deadline is not None:
                yield "performed", deadline, "", not stage.is_gone, stage.outcome == "performed"
        for call in self.calls(case):
            yield from self._of_call(case, call)

    def _of_call(self, case: Case, call: Call) -> Iterator[Found]:
        reached = call.ended is not None and call.answer == "reached"
        yield "followed_up", call.opened, "", call.answer != "nobody", reached
        if call.ended is None:
            return
        given = case.variables.get("category")
        category = given[0] if isinstance(given, list) and given else plain(given).split("/")[0]
        enforces = category in self._rules["excluded"]["satisfaction_categories"]
        stated = reached and call.opinion != "" and not enforces
        yield "satisfied", call.ended, "", stated, call.opinion in ("satisfied", "fairly")
        yield "solved", call.ended, "", reached and call.solved in ("yes", "no"), call.solved == "yes"

    def calls(self, case: Case) -> Iterator[Call]:
        """Its follow-ups. Attempts at one place are one follow-up until somebody was reached, or it was tried often enough."""
        tries: dict[tuple[int, str], list[Work]] = defaultdict(list)
        for number in sorted(case.work):
            work = case.work[number]
            if self._steps.get(work.element, {}).get("role") == "follow_up" and work.how in ("", "completed"):
                tries[work.place, work.element].append(work)
        for (place, element), works in tries.items():
            step = self._steps[element]
            most, row = step.get("attempts", self._rules["attempts"]), list[Work]()
            for work in works:
                row.append(work)
                answer = self.answer(work)
                if work.ended is not None and (answer != "unreached" or len(row) >= most):
                    yield self._call(row, step, answer)
                    row = []
            if row:
                # Nobody was reached yet: it goes on, or went away with its place.
                gave_up = row[-1].ended if place not in case.places else None
                yield Call(row[0].opened, gave_up, "unreached", "", "")

    def _call(self, row: list[Work], step: Mapping[str, Any], answer: str) -> Call:
        last = row[-1]
        said = last.entered if answer == "reached" else {}
        opinion = said.get(step.get("satisfaction", ""))
        return Call(
            opened=row[0].opened,
            ended=last.ended,
            answer=answer or "unreached",
            solved=plain(said.get(step.get("solved", ""))),
            opinion=self._opinions.get(opinion, "") if isinstance(opinion, str) else "",
        )

    def answer(self, work: Work) -> str:
        """Which answer a task was completed with, in the words of the rules."""
        if work.how != "completed":
            return ""
        for name, words in self._steps.get(work.element, {}).get("answers", {}).items():
            given = work.entered.get(name)
            word = str(given).lower() if isinstance(given, bool) else given
            if isinstance(word, str) and word in words:
                return str(words[word])
        return ""


class Tally:
    """Counts of indicators by period, and times taken in one of them. exclusions: what the cohort holds beside."""

    def __init__(
        self, formulas: Formulas, office: Office, periods: Mapping[str, tuple[int, int]], snapshot: int
    ) -> None:
        self._formulas, self._office, self._periods, self._snapshot = formulas, office, periods, snapshot
        self._year = next(iter(periods.values()))
        self.rates: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        self.times: dict[tuple[str, str, str], array[int]] = defaultdict(lambda: array("q"))

    def add(self, case: Case, found: Iterable[Found]) -> None:
        """Count a case in, with all it adds; the first period is told by flow and by level too."""
        for name, at, level, whole, part in found:
            if name in DUE and at >= self._snapshot:
                continue
            for number, (period, (start, end)) in enumerate(self._periods.items()):
                if not start <= at < end:
                    continue
                groups = ["", f"flow={case.flow}"] if number == 0 else [""]
                if name == "escalated" and number == 0:
                    groups.append(f"level={level}")
                for group in groups:
                    counts = self.rates[period, group, name]
                    counts[0] += part
                    counts[1] += whole
                    counts[2] += not whole
        self._time(case)

    def _time(self, case: Case) -> None:
        start, end = self._year
        settled = self._formulas.settled(case)
        if settled is not None and start <= settled < end:
            spent = self._spent(case, self._formulas.received(case), settled)
            for key in ("", case.flow):
                self._keep("case_durations", key, {"spent": spent[0], "spent_office": spent[1]})
        if not self._formulas.counts(case):
            return
        for work in case.work.values():
            if work.how != "completed" or work.ended is None or not start <= work.ended < end:
                continue
            begun = work.claimed if work.claimed is not None else work.ended
            waited, worked = self._spent(case, work.opened, begun), self._spent(case, begun, work.ended)
            found = {
                "waited": waited[0],
                "worked": worked[0],
                "waited_office": waited[1],
                "worked_office": worked[1],
            }
            self._keep("step_durations", work.element, found)
            self._keep("department_durations", work.unit, found)

    def _keep(self, table: str, key: str, values: Mapping[str, int]) -> None:
        for name, value in values.items():
            self.times[table, key, name].append(value)

    def _spent(self, case: Case, start: int, end: int) -> tuple[int, int]:
        if end <= start:
            return 0, 0
        elapsed, office = end - start, self._office.worked(start, end)
        for since, until in case.stood:
            assert since is not None
            a, b = max(since, start), min(case.last if until is None else until, end)
            if a < b:
                elapsed, office = elapsed - (b - a), office - self._office.worked(a, b)
        return elapsed, office


def summary(values: array[int]) -> dict[str, int]:
    """Mean, median and nine tenths (nearest rank), halves rounded up."""
    row, count = sorted(values), len(values)
    middle = (row[(count - 1) // 2], row[count // 2])
    return {
        "mean": (sum(row) * 2 // count + 1) // 2,
        "median": (sum(middle) + 1) // 2,
        "p90": row[(count * 9 + 9) // 10 - 1],
    }
