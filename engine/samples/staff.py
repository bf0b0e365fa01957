"""Staff at work on one whistle: who does what after which delay, with returns, late arrivals and rework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, timezone
from typing import Any, Literal

from engine.intake.drive import Action
from engine.samples.draw import Draw
from engine.samples.world import Matter, World

LOCAL = timezone(timedelta(hours=8))
OPENS, CLOSES = time(8, 30), time(17, 30)

_DAY = timedelta(days=1)
PACE: Mapping[str, Mapping[str, timedelta]] = {
    "emergency": {
        "dispatch": timedelta(minutes=10),
        "sign_for": timedelta(minutes=15),
        "check_in": timedelta(minutes=30),
        "handle": timedelta(hours=8),
    },
    "daily": {"dispatch": _DAY, "sign_for": _DAY, "check_in": 3 * _DAY, "handle": 3 * _DAY},
    "hard": {
        "dispatch": _DAY,
        "sign_for": 2 * _DAY,
        "check_in": 5 * _DAY,
        "make_plan": 8 * _DAY,
        "handle": 9 * _DAY,
    },
}
"""What staff take as the normal time for a step, by whistle type. The limit for handling spans all steps."""
HURRY = 12
"""How many times faster people get back to each other in an emergency."""

RETURNED = 0.08
GIVEN_UP = 0.4
NOT_CONFIRMED = 0.12
WITHDRAWN = 0.03
UNSOLVED = 0.05
PHONED = 0.3
"""Of the emergencies: the village calls first and fills in the form afterwards."""
SENT_BACK = 0.1
"""Of the leads that are no emergency's: it holds that the matter is another department's."""
UPHELD = 0.4
LATE = 0.1
SLOW = 0.2


@dataclass(slots=True)
class Shift:
    """Plays one whistle through and writes down the actions.

    code: the case code. opened: when the village blows the whistle. `actions` are in order of time when
    `play` is done; actions of departments that work side by side are interleaved.
    """

    draw: Draw
    world: World
    matter: Matter
    village: str
    code: str
    opened: datetime
    actions: list[Action] = field(default_factory=list)
    lead: str = ""
    """Who leads in the end: another than the matter's when a department returned its task with reason."""

    def play(self) -> tuple[Action, ...]:
        """The whole life of the case, in order of time."""
        now = self._blow(self.opened)
        accepted = self._dispatch(now)
        if accepted is not None:
            self._finish(self._departments(accepted))
        self.actions.sort(key=lambda action: action.at)
        if self.draw.chance(WITHDRAWN):
            self._withdraw()
        return tuple(self.actions)

    def _blow(self, now: datetime) -> datetime:
        units = [{"label": name, "value": key} for key, name in self.world.departments.items()]
        start: dict[str, Any] = {"case_code": self.code, "village": self.village, "units": units}
        phoned = self.matter.type == "emergency" and self.draw.chance(PHONED)
        if phoned:
            start["phoned"] = True
        self._add("start", now, "village", variables=start)
        now += self.draw.span(timedelta(minutes=2), timedelta(minutes=20))
        whistle = self._whistle()
        if not phoned:
            self._complete("blow_whistle", now, f"village:{self.village}", whistle)
            return now
        told = ("title", "whistle_type", "place", "lead_unit", "requested_units")
        caller = {"caller_name": self.world.person(self.draw), "caller_phone": self.world.phone(self.draw)}
        self._complete("take_call", now, "platform", {**{name: whistle[name] for name in told}, **caller})
        form = {name: value for name, value in whistle.items() if name not in told}
        at = now + self.draw.span(timedelta(minutes=20), timedelta(hours=3))
        self._complete("file_order", at, f"village:{self.village}", form)
        return now

    def _dispatch(self, now: datetime) -> datetime | None:
        """Dispatch, after returns if there are any; None when the village gives up."""
        while True:
            now = self._after(now, "dispatch")
            if not self.draw.chance(RETURNED):
                self._complete("dispatch_whistle", now, "platform", self._accept())
                return now
            reason = self.world.text("return_reasons", self.draw)
            returned = {"dispatch_decision": "return", "return_reason": reason}
            self._complete("dispatch_whistle", now, "platform", returned)
            now = self._office(now + self.draw.span(timedelta(hours=1), timedelta(hours=20)))
            village = f"village:{self.village}"
            if self.draw.chance(GIVEN_UP):
                given_up = {"resubmit": "no", "give_up_reason": self.world.text("give_up_reasons", self.draw)}
                self._complete("revise_whistle", now, village, given_up)
                return None
            fields = ("title", "whistle_type", "place", "why_beyond_village", "lead_unit", "requested_units")
            whistle = self._whistle()
            revised = {"resubmit": "yes", **{name: whistle[name] for name in fields}}
            self._complete("revise_whistle", now, village, revised)

    def _departments(self, called: datetime) -> datetime:
        """Every department works on its own; done when the lead and the mandatory ones are, the rest is released."""
        work = {self.matter.lead: self._leading(called)}
        work |= {unit: self._department(unit, called) for unit in self.matter.mandatory}
        done = max(actions[-1].at for actions in work.values())
        for unit in self.matter.optional:
            work[unit] = [action for action in self._department(unit, called) if action.at < done]
        for actions in work.values():
            self.actions.extend(actions)
        return done

    def _leading(self, called: datetime) -> list[Action]:
        """The lead's work; it may hold that the matter is another's, and goes on until the platform has ruled."""
        self.lead = self.matter.lead
        work = self._department(self.lead, called)
        others = [unit for unit in self.world.departments if unit not in self._called()]
        if self.matter.type == "emergency" or not others or not self.draw.chance(SENT_BACK):
            return work
        other = self.draw.pick(others)
        first = work[0]
        back = {
            "sign_for_decision": "return",
            "return_basis": self.matter.basis,
            "suggested_unit": other,
            "unit_return_reason": self.world.text("dispute_reasons", self.draw),
        }
        work[0] = replace(first, at=min(first.at, called + _DAY / 4), variables={**first.variables, **back})
        ruled = self._office(work[0].at + self.draw.span(timedelta(hours=1), timedelta(hours=8)))
        if ruled >= work[-1].at:
            return work
        upheld = self.draw.chance(UPHELD)
        ruling = {
            "ruling": "upheld" if upheld else "rejected",
            "ruling_reason": self.world.text("rulings", self.draw),
        }
        if upheld:
            self.lead = ruling["new_unit"] = other
            work = [action for action in work if action.at < ruled] + self._department(other, ruled)
        self._complete("decide_return", ruled, "platform", ruling)
        return work

    def _called(self) -> list[str]:
        return [self.matter.lead, *self.matter.mandatory, *self.matter.optional]

    def _department(self, unit: str, called: datetime) -> list[Action]:
        draw = self.draw.fork(unit)
        actor = f"department:{unit}"
        signed = self._after(called, "sign_for", draw)
        arrived = self._after(signed, "check_in", draw)
        hard = self.matter.type == "hard"
        planned = self._after(arrived, "make_plan", draw) if hard else arrived
        handled = self._after(planned, "handle", draw)
        person = self.world.person(draw)
        check_in: dict[str, Any] = {
            "arrival": _minute(arrived - draw.span(timedelta(minutes=1), timedelta(minutes=10))),
            "arrived_person": person,
            "arrival_place": self._place(),
            "finding": self.world.text("findings", draw),
        }
        if self.matter.type == "emergency":
            check_in["photo"] = f"ZP{draw.whole(10000, 99999)}"
        handle: dict[str, Any] = {
            "measures": self.matter.measures,
            "legal_basis": self.matter.basis,
            "result": "solved" if draw.chance(0.85) else "partial",
            "materials": ["before", "after"],
            "cost": draw.whole(0, 40) * 50,
        }
        steps = [
            ("sign_for", signed, {"sign_for_decision": "accept", "received_by": person}),
            ("check_in", arrived, check_in),
            *([("make_plan", planned, self._plan(planned, draw))] if hard else []),
            ("handle", handled, handle),
        ]
        return [
            Action(
                kind="complete",
                at=at,
                actor=actor,
                element=element,
                unit=unit,
                variables=variables,
                simulated=True,
            )
            for element, at, variables in steps
        ]

    def _plan(self, now: datetime, draw: Draw) -> dict[str, Any]:
        last = (now + draw.span(10 * _DAY, 30 * _DAY)).astimezone(LOCAL).date()
        milestone = {"milestone_name": self.matter.title[:80], "milestone_due": last.isoformat()}
        return {"plan_text": self.matter.measures, "milestones": [milestone]}

    def _finish(self, now: datetime) -> None:
        lead = f"department:{self.lead}"
        report = {
            "lead_result": "solved",
            "lead_summary": self.matter.measures,
            "lead_signature": self.world.person(self.draw),
        }
        now = self._later(now, timedelta(minutes=20), timedelta(hours=6))
        self._complete("lead_report", now, lead, report)
        while True:
            now = self._later(now, timedelta(hours=1), timedelta(days=2))
            confirmed = not self.draw.chance(NOT_CONFIRMED)
            self._complete("confirm_on_site", now, f"village:{self.village}", self._confirm(confirmed))
            if confirmed:
                now = self._office(now + self.draw.span(timedelta(minutes=30), timedelta(hours=20)))
                solved = not self.draw.chance(UNSOLVED)
                self._complete("call_back", now, "platform", self._call_back(solved))
                if solved:
                    break
            now = self._later(now, timedelta(hours=4), timedelta(days=2))
            again = {"rework_measures": self.matter.measures, "lead_result": "solved"}
            self._complete("rework", now, lead, again)
        now = self._office(now + self.draw.span(timedelta(minutes=30), timedelta(days=1)))
        closing = {"materials_checked": True, "closing_note": self.world.text("closing_notes", self.draw)}
        self._complete("close_whistle", now, "platform", closing)

    def _withdraw(self) -> None:
        """The village withdraws somewhere on the way: what would have come after does not happen."""
        begun, ended = self.actions[1].at, self.actions[-1].at
        at = begun + self.draw.span(timedelta(seconds=1), max(ended - begun, timedelta(seconds=2)))
        self.actions = [action for action in self.actions if action.at < at]
        self._add("withdraw", at, f"village:{self.village}")

    def _whistle(self) -> dict[str, Any]:
        draw = self.draw.fork("whistle")
        return {
            "title": self.matter.title,
            "whistle_type": self.matter.type,
            "place": self._place(),
            "why_beyond_village": self.matter.why,
            "lead_unit": self.matter.lead,
            "requested_units": [self.matter.lead, *self.matter.mandatory],
            "evidence": ["photo", "record"] if draw.chance(0.6) else ["photo"],
            "reporter_name": self.world.person(draw),
            "reporter_phone": self.world.phone(draw),
            "within_item_list": True,
            "authoriser": self.world.person(draw),
        }

    def _accept(self) -> dict[str, Any]:
        return {
            "dispatch_decision": "accept",
            "lead_unit": self.matter.lead,
            "mandatory_units": list(self.matter.mandatory),
            "optional_units": list(self.matter.optional),
        }

    def _confirm(self, confirmed: bool) -> dict[str, Any]:
        return {
            "confirmed": "yes" if confirmed else "no",
            "score": self.draw.whole(3, 5) if confirmed else self.draw.whole(1, 2),
            "confirm_comment": self.world.text("comments" if confirmed else "complaints", self.draw),
        }

    def _call_back(self, solved: bool) -> dict[str, Any]:
        if solved and self.draw.chance(0.2):
            return {"resident_called": "not_reached"}
        return {
            "resident_called": "reached",
            "contact_method": "phone",
            "resident_solved": "yes" if solved else "no",
            "satisfaction": self.draw.pick(["satisfied", "mostly"]) if solved else "unsatisfied",
        }

    def _place(self) -> str:
        return self.world.villages[self.village] + self.world.text("streets", self.draw.fork("place"))

    def _after(self, since: datetime, step: str, draw: Draw | None = None) -> datetime:
        """When a step is done: mostly well within its normal time, sometimes close to it, sometimes late."""
        draw = draw or self.draw
        normal = PACE[self.matter.type][step]
        luck = draw.fraction()
        low, high = (1.05, 1.8) if luck < LATE else (0.55, 0.95) if luck < LATE + SLOW else (0.05, 0.45)
        at = since + draw.span(normal * low, normal * high)
        return at if self.matter.type == "emergency" else self._office(at)

    def _later(self, now: datetime, shortest: timedelta, longest: timedelta) -> datetime:
        """After a pause: in office hours, or, in an emergency, at any hour and soon."""
        if self.matter.type == "emergency":
            return now + self.draw.span(shortest / HURRY, longest / HURRY)
        return self._office(now + self.draw.span(shortest, longest))

    def _office(self, at: datetime) -> datetime:
        """The same moment if the office is open, else some minutes after it opens."""
        local = at.astimezone(LOCAL)
        if OPENS <= local.time() < CLOSES:
            return at
        day = local.date() if local.time() < OPENS else local.date() + _DAY
        return datetime.combine(day, OPENS, LOCAL) + timedelta(minutes=at.minute / 2, seconds=at.second)

    def _complete(self, element: str, at: datetime, actor: str, variables: Mapping[str, Any]) -> None:
        self._add("complete", at, actor, element=element, variables=variables)

    def _add(
        self,
        kind: Literal["start", "complete", "withdraw"],
        at: datetime,
        actor: str,
        *,
        element: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        self.actions.append(
            Action(kind=kind, at=at, actor=actor, element=element, variables=variables or {}, simulated=True)
        )


def _minute(at: datetime) -> str:
    return at.astimezone(LOCAL).isoformat(timespec="minutes")
