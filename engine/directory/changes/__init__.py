"""What may be changed in the directory. Every change is checked against the directory before it takes effect."""

from engine.directory.changes.people import AssignRole, EndRole, Hire, Leave, UpdatePerson
from engine.directory.changes.stand_ins import EndSubstitution, Substitute
from engine.directory.changes.units import AddUnit, CloseUnit, MoveUnit, RenameUnit

__all__ = [
    "AddUnit",
    "AssignRole",
    "CloseUnit",
    "EndRole",
    "EndSubstitution",
    "Hire",
    "Leave",
    "MoveUnit",
    "RenameUnit",
    "Substitute",
    "UpdatePerson",
]
