"""The directory at one version, asked about any moment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from engine.directory.identity import after_subtree, group_name, parse_group
from engine.directory.records import Membership, Person, Substitution, Unit, at_moment
from engine.directory.register import Register
from engine.directory.vocabulary import ANY, Vocabulary


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A role somebody acts in: their own, or that of `behalf_of`, whom they stand in for."""

    membership: Membership
    behalf_of: str | None = None


class Index:
    """Questions to the directory at one version; moments are microseconds since 1970 UTC.

    Ids that are not known, or not valid at the moment, are answered with None or nothing, never with an error:
    cases outlive units and people.
    """

    def __init__(self, register: Register, vocabulary: Vocabulary) -> None:
        self.register = register
        self.vocabulary = vocabulary
        self._paths: list[str] | None = None

    @property
    def version(self) -> int:
        """The number of the last change it knows."""
        return self.register.version

    # -- units -------------------------------------------------------------------------------------

    def unit(self, unit: str, at: int) -> Unit | None:
        """A unit."""
        return at_moment(self.register.units.get(unit, ()), at)

    def ancestors(self, unit: str, at: int) -> list[Unit]:
        """A unit and what it belongs to, from itself up to the root."""
        found = []
        row = self.unit(unit, at)
        while row is not None:
            found.append(row)
            row = self.unit(row.parent, at) if row.parent else None
        return found

    def children(self, unit: str, at: int) -> list[Unit]:
        """The units right below one, in order of their ids."""
        rows = (row for row in self.register.children.get(unit, ()) if row.holds(at))
        return sorted(rows, key=lambda row: row.id)

    def descendants(self, unit: str, at: int) -> Iterator[Unit]:
        """A unit and everything below it, parents before children."""
        row = self.unit(unit, at)
        if row is not None:
            yield row
            for child in self.children(unit, at):
                yield from self.descendants(child.id, at)

    def area(self, unit: str, at: int) -> Unit | None:
        """The area a unit is or, for a department, belongs to."""
        return next((row for row in self.ancestors(unit, at) if row.department is None), None)

    def area_at(self, place: str, level: str, at: int) -> Unit | None:
        """The area of a level that a place lies in.

        Where the tree leaves that level out above the place, the next wider one takes its part (some cities have
        no street level). None when the place itself is wider than the level.
        """
        wanted = self.vocabulary.levels[level].rank
        areas = [row for row in self.ancestors(place, at) if row.department is None]
        if not areas or self._rank(areas[0]) < wanted:
            return None
        return next((row for row in areas if self._rank(row) <= wanted), None)

    def departments(self, area: str, department: str, at: int) -> list[Unit]:
        """The departments of a kind that belong to an area itself, also inside other departments, by id."""
        found = []
        for child in self.children(area, at):
            if child.department is not None:
                found += [child] if child.department == department else []
                found += self.departments(child.id, department, at)
        return sorted(found, key=lambda row: row.id)

    def share(self, path: str) -> float:
        """About which part of all units lies in a subtree."""
        if self._paths is None:
            self._paths = sorted(row.path for rows in self.register.units.values() for row in rows)
        inside = bisect_left(self._paths, after_subtree(path)) - bisect_left(self._paths, path)
        return inside / max(len(self._paths), 1)

    def _rank(self, unit: Unit) -> int:
        return self.vocabulary.levels[unit.level].rank

    # -- people ------------------------------------------------------------------------------------

    def person(self, person: str, at: int) -> Person | None:
        """A member of staff."""
        return at_moment(self.register.people.get(person, ()), at)

    def by_login(self, login: str, at: int) -> Person | None:
        """Who logs in under that name."""
        return at_moment(self.register.logins.get(login, ()), at)

    def posts(self, person: str, at: int) -> list[Post]:
        """The roles somebody has, and those of people they stand in for.

        What one has as a stand-in is not passed on to one's own stand-in.
        """
        if self.person(person, at) is None:
            return []
        posts = [Post(membership=row) for row in self.register.roles_of.get(person, ()) if row.holds(at)]
        for substitution in self.standing_in(person, at):
            posts += [
                Post(membership=row, behalf_of=substitution.absent)
                for row in self.register.roles_of.get(substitution.absent, ())
                if row.holds(at) and substitution.covers(row.role)
            ]
        return posts

    def standing_in(self, person: str, at: int) -> list[Substitution]:
        """For whom somebody stands in."""
        return [row for row in self.register.standing_in.get(person, ()) if row.holds(at)]

    def is_away(self, person: str, role: str, at: int) -> bool:
        """Whether somebody stands in for a person in a role."""
        return any(row.holds(at) and row.covers(role) for row in self.register.absences.get(person, ()))

    # -- groups ------------------------------------------------------------------------------------

    def groups_of(self, person: str, at: int) -> list[str]:
        """The candidate groups whose tasks somebody may take, as a stand-in too; sorted."""
        names = set()
        for post in self.posts(person, at):
            row = post.membership
            if row.role in self.vocabulary.acting:
                names |= {group_name(row.unit, row.role), group_name(row.unit, ANY)}
        return sorted(names)

    def members(self, group: str, at: int) -> list[str]:
        """Who is there to take the tasks of a candidate group: stand-ins in place of those away; sorted.

        A group that is no group of the directory has no members.
        """
        return sorted({person for person, _ in self.occupants(group, at)})

    def occupants(self, group: str, at: int) -> list[tuple[str, str | None]]:
        """The members of a group, each with whom they stand in for (None: in their own right)."""
        parsed = parse_group(group)
        if parsed is None or self.unit(parsed.unit, at) is None:
            return []
        found: list[tuple[str, str | None]] = []
        for row in self.register.roles_in.get(parsed.unit, ()):
            if row.holds(at) and row.role in self.vocabulary.acting and parsed.role in (ANY, row.role):
                found += self._there(row, at)
        return found

    def _there(self, row: Membership, at: int) -> list[tuple[str, str | None]]:
        absences = self.register.absences.get(row.person, ())
        stand_ins = [
            absence.stand_in for absence in absences if absence.holds(at) and absence.covers(row.role)
        ]
        if not stand_ins:
            return [(row.person, None)]
        return [(name, row.person) for name in stand_ins if not self.is_away(name, row.role, at)]
