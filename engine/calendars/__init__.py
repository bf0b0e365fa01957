"""Working time: calendars, limits as rows, clocks and their ledgers.

Pure and deterministic: no database, no wall clock. Moments are microseconds since 1970 UTC.
"""

from engine.calendars.calendar import Calendar
from engine.calendars.calendar_file import read_calendar
from engine.calendars.clock import Clock, Ends, Extension, ends, extension_allowed, pause_allowed
from engine.calendars.config_text import ConfigProblems, Problem
from engine.calendars.correction import DayChange, Move, difference, moved
from engine.calendars.day import DayKind, LastDay, Season, SpecialDay
from engine.calendars.functions import LimitError, functions
from engine.calendars.ledger import Kind, Ledger, Segment, ledger
from engine.calendars.limit import Limit, Unit
from engine.calendars.limit_file import read_limits
from engine.calendars.limits import Breach, ExtensionRule, LimitRow, Limits, Origin, PauseRule, Profile
from engine.calendars.pause import Pause
from engine.calendars.providers import providers
from engine.calendars.timetable import Timetable
from engine.calendars.working_time import Due, counted, due, latest_start, next_opening, point, worked

__all__ = [
    "Breach",
    "Calendar",
    "Clock",
    "ConfigProblems",
    "DayChange",
    "DayKind",
    "Due",
    "Ends",
    "Extension",
    "ExtensionRule",
    "Kind",
    "LastDay",
    "Ledger",
    "Limit",
    "LimitError",
    "LimitRow",
    "Limits",
    "Move",
    "Origin",
    "Pause",
    "PauseRule",
    "Problem",
    "Profile",
    "Season",
    "Segment",
    "SpecialDay",
    "Timetable",
    "Unit",
    "counted",
    "difference",
    "due",
    "ends",
    "extension_allowed",
    "functions",
    "latest_start",
    "ledger",
    "moved",
    "next_opening",
    "pause_allowed",
    "point",
    "providers",
    "read_calendar",
    "read_limits",
    "worked",
]
