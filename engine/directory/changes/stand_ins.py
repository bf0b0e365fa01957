"""Changes of substitutions (代理): somebody acts for somebody who is away."""

from __future__ import annotations

from dataclasses import dataclass

from engine.directory.changes.checks import (
    check_free,
    check_person_covers,
    check_role,
    check_span,
    check_text,
)
from engine.directory.draft import Draft, refused
from engine.directory.records import Substitution, at_moment
from engine.directory.vocabulary import ANY
from engine.store import NEVER


@dataclass(frozen=True, kw_only=True, slots=True)
class Substitute:
    """For a time somebody acts for somebody away, in one role or in all (`*`)."""

    absent: str
    stand_in: str
    role: str = ANY
    at: int
    until: int
    reason: str

    @property
    def subject(self) -> str:
        """Who is away."""
        return self.absent

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput without an end or a reason, for unknown people, and for a stand-in who is away too."""
        check_span(self.at, self.until)
        check_text("reason", self.reason)
        if self.until >= NEVER:
            raise refused("span", "valid_until", "代理须有结束时间", "a substitution needs an end")
        if self.absent == self.stand_in:
            raise refused("self", "stand_in", "不能代理自己", "nobody stands in for themselves")
        check_person_covers(draft, self.absent, self.at, self.until, "absent")
        check_person_covers(draft, self.stand_in, self.at, self.until, "stand_in")
        absences = draft.register.absences
        if self.role != ANY:
            check_role(draft, self.role)
            roles = draft.register.roles_of.get(self.absent, ())
            if not any(row.role == self.role and row.overlaps(self.at, self.until) for row in roles):
                raise refused(
                    "role.missing", "role",
                    f"{self.absent} 这段时间没有角色“{self.role}”", f'{self.absent} has no role "{self.role}" then',
                )  # fmt: skip
        same = [
            row
            for row in absences.get(self.absent, ())
            if row.stand_in == self.stand_in and row.role == self.role
        ]
        what = f"{self.absent} → {self.stand_in}"
        check_free(same, self.at, self.until, "substitution.exists", "stand_in", what)
        if any(row.overlaps(self.at, self.until) for row in absences.get(self.stand_in, ())):
            raise refused(
                "stand_in.away", "stand_in",
                f"{self.stand_in} 这段时间自己也由别人代理", f"somebody stands in for {self.stand_in} then",
            )  # fmt: skip
        draft.open(
            Substitution(
                absent=self.absent,
                stand_in=self.stand_in,
                role=self.role,
                reason=self.reason.strip(),
                valid_from=self.at,
                valid_until=self.until,
            )
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class EndSubstitution:
    """A substitution ends early."""

    absent: str
    stand_in: str
    role: str = ANY
    at: int

    @property
    def subject(self) -> str:
        """Who was away."""
        return self.absent

    def apply(self, draft: Draft) -> None:
        """Raises InvalidInput when there is none."""
        rows = draft.register.absences.get(self.absent, ())
        row = at_moment(
            (row for row in rows if row.stand_in == self.stand_in and row.role == self.role), self.at
        )
        if row is None:
            raise refused(
                "substitution.missing", "stand_in",
                f"{self.stand_in} 没有代理 {self.absent}", f"{self.stand_in} does not stand in for {self.absent}",
            )  # fmt: skip
        draft.close(row, self.at)
