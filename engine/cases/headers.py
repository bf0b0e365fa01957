"""What a list of cases shows of a case, taken from the variables of its process.

| column | variable | otherwise |
| --- | --- | --- |
| `case_code` | `case_code`, at the start | made of the case's id (`engine.cases.codes`) |
| `title` | `title` | the name of the process |
| `category` | `category` (a text, or a list from wide to narrow), `category_second`, `category_third` | empty |
| `grade` | `risk_grade`, `grade`: `red`, `orange`, `yellow` | unassessed |
| `confidentiality` | `confidentiality` | the process's `bihuan:confidentiality`, else normal |
| `source` | `source` | empty |
| `request_type` | `request_type` | empty |
| `received_at` | `received_at` | when the case started |
| `due_at` | `case_due_at`, `due_at`, `source_due_at` | the case's own limit (`engine.runtime.case_limit`), else no limit |
| `settled_at` | `settled_at` | not settled |
| `closed_at` | `closed_at` | when the process completed |
| place | `grid`, `village`, `town` | none |
| owner | `owner_unit`, `owner_user` | none |

Only plain texts and moments count: what a form marks as personal is a reference into the vault here, and is never
shown in a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from engine import canonical
from engine.cases.grams import grams
from engine.directory.vocabulary import Confidentiality
from engine.model.definition import Definition
from engine.runtime.session import EPOCH
from engine.state import CaseState
from engine.state.case import CANCELLED, CASE_CLOCK, COMPLETED
from engine.store import NEVER
from engine.store.tables import UNGRADED

GRADES: Final = {"red": 0, "orange": 1, "yellow": 2}
"""Ranks of graded cases, most urgent first; `UNGRADED` follows."""

LONGEST: Final = 200
"""Characters of a title, category, source or type of request that a list keeps."""

PLACES: Final = ("grid", "village", "town")
OWNER: Final = "owner_unit"
OWNER_PERSON: Final = "owner_user"
SECRECY: Final = "confidentiality"
CODE: Final = "case_code"
WITHDRAWN: Final = "withdrawn_units"
"""Variable: units that may no longer see the case, as when consent to share it was withdrawn."""

_SECRECY_WORDS: Final = {"普通": "normal", "敏感": "sensitive", "保密": "confidential"}
_GRADE: Final = ("risk_grade", "grade")
_DUE: Final = ("case_due_at", "due_at", "source_due_at")

CATEGORY: Final = ("category", "category_second", "category_third")
"""From wide to narrow; each code begins with the one above and a slash (`engine.categories`)."""

SHOWN: Final = frozenset(
    {
        "title", *CATEGORY, "source", "request_type", "received_at", "settled_at", "closed_at", SECRECY, *_GRADE,
        *_DUE,
    }
)  # fmt: skip
"""The variables a header follows."""

RANKED: Final = frozenset({SECRECY, *_GRADE})
"""Those of them that open tasks are sorted and filtered by."""

PLACED: Final = frozenset({*PLACES, OWNER, SECRECY})
"""The variables that say where a case is and who may see it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The header of a case but for its code; times in microseconds since 1970 UTC.

    received_at: None where no variable says so: it is when the case started.
    """

    definition_key: str
    flow_name: str
    title: str
    category: str
    grade: int
    confidentiality: Confidentiality
    lifecycle: str
    source: str
    request_type: str
    received_at: int | None
    due_at: int
    settled_at: int | None
    closed_at: int | None

    def row(self, code: str) -> dict[str, Any]:
        """The columns of `case_headers` beside the case id. code: the case's."""
        return {
            "definition_key": self.definition_key,
            "flow_name": self.flow_name,
            "case_code": code,
            "title": self.title,
            "category": self.category,
            "grade": self.grade,
            "confidentiality": self.confidentiality.rank,
            "lifecycle": self.lifecycle,
            "source": self.source,
            "request_type": self.request_type,
            "received_at": self.received_at,
            "due_at": self.due_at,
            "settled_at": self.settled_at,
            "closed_at": self.closed_at,
            "grams": grams(self.title),
        }


def header_of(state: CaseState, definition: Definition, *, ended_at: int | None) -> Header:
    """The header of a case as its state has it. ended_at: when the case ended, None while it is open."""
    seen = state.root.variables
    process = definition.name or definition.key
    settled = moment_of(seen, "settled_at")
    closed = moment_of(seen, "closed_at") or (ended_at if state.status == COMPLETED else None)
    ended = state.status in (COMPLETED, CANCELLED)
    return Header(
        definition_key=definition.key,
        flow_name=process[:LONGEST],
        title=_text(seen, "title") or process[:LONGEST],
        category=_category(seen),
        grade=grade_of(seen),
        confidentiality=confidentiality_of(seen, definition),
        lifecycle=_lifecycle(state.status, settled),
        source=_text(seen, "source"),
        request_type=_text(seen, "request_type"),
        received_at=moment_of(seen, "received_at"),
        due_at=due_of(state),
        settled_at=settled,
        closed_at=(closed or ended_at) if ended else None,
    )


def _category(seen: Mapping[str, Any]) -> str:
    """The narrowest category that is a code below the one above; what was typed freely is none."""
    found = _text(seen, CATEGORY[0])
    for name in CATEGORY[1:]:
        code = _text(seen, name)
        if not found or not code.startswith(f"{found}/"):
            break
        found = code
    return found


def due_of(state: CaseState) -> int:
    """When a case is due; `NEVER` without a limit."""
    seen = state.root.variables
    given = next((found for name in _DUE if (found := moment_of(seen, name))), None)
    if given is not None:
        return given
    clock = state.clocks.get(CASE_CLOCK)
    return NEVER if clock is None else int(clock["at"])


def grade_of(variables: Mapping[str, Any]) -> int:
    """The rank of a case's grade by its variables (wire form)."""
    for name in _GRADE:
        value = variables.get(name)
        if isinstance(value, str) and value in GRADES:
            return GRADES[value]
    return UNGRADED


def confidentiality_of(variables: Mapping[str, Any], definition: Definition) -> Confidentiality:
    """How confidential a case is; a word that is none counts as the highest, lest it opens a case by a slip."""
    value = variables.get(SECRECY)
    if value is None:
        value = definition.properties.get("bihuan:confidentiality") or Confidentiality.NORMAL.value
    word = value.strip() if isinstance(value, str) else ""
    try:
        return Confidentiality(_SECRECY_WORDS.get(word, word))
    except ValueError:
        return Confidentiality.CONFIDENTIAL


def place_of(variables: Mapping[str, Any]) -> str | None:
    """The unit a case is about: the narrowest given."""
    return next((found for name in PLACES if (found := _text(variables, name))), None)


def owner_of(variables: Mapping[str, Any], name: str = OWNER) -> str | None:
    """The unit that answers for a case, or the person (`OWNER_PERSON`)."""
    return _text(variables, name) or None


def code_of(variables: Mapping[str, Any]) -> str | None:
    """The code that a case was given at its start, if any."""
    return _text(variables, CODE)[:64] or None


def withdrawn_from(variables: Mapping[str, Any]) -> frozenset[str]:
    """The units that may no longer see a case."""
    found = variables.get(WITHDRAWN)
    return (
        frozenset(item for item in found if isinstance(item, str)) if isinstance(found, list) else frozenset()
    )


def _lifecycle(status: str, settled: int | None) -> str:
    if status == COMPLETED:
        return "closed"
    if status == CANCELLED:
        return "cancelled"
    return "open" if settled is None else "monitoring"


def _text(variables: Mapping[str, Any], name: str) -> str:
    value = variables.get(name)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        value = "/".join(value)
    plain = canonical.from_wire(value) if isinstance(value, str) else None
    return " ".join(plain.split())[:LONGEST] if isinstance(plain, str) else ""


def moment_of(variables: Mapping[str, Any], name: str) -> int | None:
    """The moment a variable (wire form) says, in microseconds since 1970 UTC; None where it says none."""
    value = canonical.from_wire(variables.get(name))
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return (value - EPOCH) // timedelta(microseconds=1)
