"""Changes of people: hired, corrected, gone; roles begun and ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.directory.changes.checks import (
    check_code,
    check_free,
    check_person_covers,
    check_role,
    check_span,
    check_text,
    check_unit_covers,
    person_now,
)
from engine.directory.draft import Draft, refused
from engine.directory.phone import masked
from engine.directory.records import Membership, Person, Substitution, at_moment
from engine.store import NEVER


@dataclass(frozen=True, kw_only=True, slots=True)
class Hire:
    """Somebody joins the staff. login: the name they log in under. phone: kept masked."""

    person: str
    name: str
    login: str
    phone: str = ""
    at: int
    until: int = NEVER

    @property
    def subject(self) -> str:
        """The person."""
        return self.person

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput for a code or a login name in use."""
        check_code("person", self.person)
        check_text("name", self.name)
        check_text("login", self.login)
        check_text("phone", self.phone, empty=True)
        check_span(self.at, self.until)
        rows = draft.register.people.get(self.person, ())
        check_free(rows, self.at, self.until, "person.exists", "person", self.person)
        _check_login(draft, self.login, self.at, self.until)
        draft.open(
            Person(
                id=self.person,
                name=self.name.strip(),
                login=self.login,
                phone=masked(self.phone),
                valid_from=self.at,
                valid_until=self.until,
            )
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdatePerson:
    """A person's name, login name or phone number is another; None leaves it."""

    person: str
    name: str | None = None
    login: str | None = None
    phone: str | None = None
    at: int

    @property
    def subject(self) -> str:
        """The person."""
        return self.person

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput for an unknown person or a login name in use."""
        row = person_now(draft, self.person, self.at)
        values: dict[str, Any] = {
            "name": row.name if self.name is None else self.name.strip(),
            "login": row.login if self.login is None else self.login,
            "phone": row.phone if self.phone is None else masked(self.phone),
        }
        for field, value in values.items():
            check_text(field, value, empty=field == "phone")
        if values["login"] != row.login:
            _check_login(draft, values["login"], self.at, row.valid_until)
        draft.replace(row, self.at, **values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """Somebody leaves the staff: their roles and substitutions end with it."""

    person: str
    at: int

    @property
    def subject(self) -> str:
        """The person."""
        return self.person

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput for an unknown person."""
        row = person_now(draft, self.person, self.at)
        register = draft.register
        ending: list[Membership | Substitution] = [
            *register.roles_of.get(self.person, ()),
            *register.absences.get(self.person, ()),
            *register.standing_in.get(self.person, ()),
        ]
        for fact in ending:
            if fact.overlaps(self.at, NEVER):
                draft.close(fact, self.at)
        draft.close(row, self.at)


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignRole:
    """Somebody gets a role in a unit."""

    person: str
    unit: str
    role: str
    at: int
    until: int = NEVER

    @property
    def subject(self) -> str:
        """The person."""
        return self.person

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput for an unknown person, unit or role, and for a role they have there already."""
        check_span(self.at, self.until)
        check_role(draft, self.role)
        check_person_covers(draft, self.person, self.at, self.until, "person")
        check_unit_covers(draft, self.unit, self.at, self.until, "unit")
        rows = [row for row in draft.register.roles_of.get(self.person, ()) if _is(row, self.unit, self.role)]
        what = f"{self.person} {self.unit}/{self.role}"
        check_free(rows, self.at, self.until, "role.exists", "role", what)
        draft.open(
            Membership(
                person=self.person,
                unit=self.unit,
                role=self.role,
                valid_from=self.at,
                valid_until=self.until,
            )
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class EndRole:
    """Somebody's role in a unit ends."""

    person: str
    unit: str
    role: str
    at: int

    @property
    def subject(self) -> str:
        """The person."""
        return self.person

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput when they do not have it."""
        rows = draft.register.roles_of.get(self.person, ())
        row = at_moment((row for row in rows if _is(row, self.unit, self.role)), self.at)
        if row is None:
            raise refused(
                "role.missing", "role",
                f"{self.person} 没有 {self.unit}/{self.role}", f"{self.person} does not have {self.unit}/{self.role}",
            )  # fmt: skip
        draft.close(row, self.at)


def _is(row: Membership, unit: str, role: str) -> bool:
    return row.unit == unit and row.role == role


def _check_login(draft: Draft, login: str, start: int, end: int) -> None:
    check_free(draft.register.logins.get(login, ()), start, end, "login.exists", "login", login)
