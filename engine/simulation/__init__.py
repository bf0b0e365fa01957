"""Simulated staff: they fill forms, take their time, return, hand over, go on leave, are not content. Seeded.

Unlike the sample whistles (`engine.samples`) they know no flow: they work on whatever is in front of them, so any
deployed process can be simulated.
"""

from engine.simulation.filling import Filler
from engine.simulation.haste import hasty
from engine.simulation.profile import Profile, read_profile
from engine.simulation.run import Simulation
from engine.simulation.staff import Habits, Move, Staff
from engine.simulation.world import Tally

__all__ = [
    "Filler",
    "Habits",
    "Move",
    "Profile",
    "Simulation",
    "Staff",
    "Tally",
    "hasty",
    "read_profile",
]
