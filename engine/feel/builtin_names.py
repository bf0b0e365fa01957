"""The names of the built-in functions that hold blanks, for the parser (DMN 1.5, 10.3.4)."""

from __future__ import annotations

from engine.feel.names import NameTable

_OF_SEVERAL_WORDS = (
    "date and time", "years and months duration", "string length", "upper case", "lower case",
    "substring before", "substring after", "starts with", "ends with", "string join", "list contains",
    "insert before", "index of", "list replace", "distinct values", "duplicate values", "round up",
    "round down", "round half up", "round half down", "met by", "overlaps before", "overlaps after",
    "finished by", "started by", "day of year", "day of week", "month of year", "week of year",
    "get value", "get entries", "context put", "context merge", "last day of month", "time offset",
    "start included", "end included",
)  # fmt: skip

BUILT_IN_NAMES = NameTable(_OF_SEVERAL_WORDS)
