"""What people put beside a case's work: comments, attachments, links to other cases.

None of these commands changes the state; what they did is told by notes, from which the rows of the tables are
written (`engine.cases.beside`). Texts and file names come sealed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from engine.errors import Conflict, InvalidInput, NotFound
from engine.runtime.session import Session
from engine.runtime.verbs.items import open_task

AUDIENCES = ("case", "unit", "mediators")
"""Who may read: all who see the case (or, on a task, the task), the people of a unit, or the mediators."""

LINKS = ("related", "duplicate", "merged-into", "referral", "supervision")

BESIDE = frozenset({"comment", "attach", "detach", "link", "unlink"})
"""The commands of this module."""

MOST_MENTIONED = 50
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def comment(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """Say something about a case, perhaps on one of its tasks.

    given: `text` (sealed), `task`, `to` (people mentioned, who get a copy), `audience`, `unit` for the audience of
    that name.
    """
    _filled(given, "text")
    note = _addressed(session, given)
    mentioned = given.get("to") or []
    if (
        not isinstance(mentioned, list)
        or len(mentioned) > MOST_MENTIONED
        or not all(map(_is_text, mentioned))
    ):
        raise InvalidInput.at(
            "to", message_zh=f"应为至多{MOST_MENTIONED}人", message_en=f"at most {MOST_MENTIONED} people"
        )
    people = list(dict.fromkeys(mentioned))
    session.emit(["note", "commented", {**note, "to": people}])
    for person in people:
        facts = {"by": actor, "task": note["task"]}
        session.emit(["out", "notice", {"kind": "mentioned", "to": person, "facts": facts}])


def attach(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """Add a file that lies in the blob store already.

    given: `filename` (sealed), `content_type`, `size` (bytes), `sha256` (of the plain content, hex), `kind`,
    `blob` (its key in the store), and as for a comment `task`, `audience`, `unit`.
    """
    for name in ("filename", "content_type", "blob"):
        _filled(given, name)
    size, digest, kind = given.get("size"), given.get("sha256"), given.get("kind")
    if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
        raise InvalidInput.at("size", message_zh="应为字节数", message_en="a number of bytes")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise InvalidInput.at("sha256", message_zh="应为 64 位十六进制", message_en="64 hex digits")
    if not isinstance(kind, str) or not _CODE.fullmatch(kind):
        raise InvalidInput.at("kind", message_zh="应为附件类别代码", message_en="the code of a kind of file")
    told = {name: given[name] for name in ("content_type", "size", "sha256", "kind", "blob")}
    session.emit(["note", "attached", {**_addressed(session, given), **told}])


def detach(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """Hide an attachment, with the reason; nothing is deleted. given: `attachment` (its number), `reason`."""
    number = given.get("attachment")
    _filled(given, "reason")
    there: set[int] = set()
    for seq, note, told in _notes(session):
        if note == "attached":
            there.add(seq)
        elif note == "detached":
            there.discard(told["attachment"])
    if number not in there:
        raise NotFound(
            code="attachments.gone",
            message_zh="附件不存在或已经撤下",
            message_en="the attachment does not exist or was taken off",
            place={"id": str(number)},
        )
    session.emit(["note", "detached", {"attachment": number}])


def link(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """Link the case to another one, which is told through the outbox.

    given: `case` (the other's id), `kind` (one of `LINKS`), `reason`; `direction` is `in` in the other case.
    """
    wanted = _link_of(given)
    if wanted in _links(session):
        raise Conflict(
            code="link.exists",
            message_zh="两个案件已经这样关联",
            message_en="the cases are linked like that already",
            current={"case": wanted[0], "kind": wanted[1]},
        )
    _tell_link(session, actor, wanted, on=True)


def unlink(session: Session, actor: str, given: Mapping[str, Any]) -> None:
    """Take a link back, in both cases. given: as for `link`."""
    wanted = _link_of(given)
    if wanted not in _links(session):
        raise NotFound(
            code="link.gone",
            message_zh="两个案件没有这样关联",
            message_en="the cases are not linked like that",
        )
    _tell_link(session, actor, wanted, on=False)


def _tell_link(session: Session, actor: str, wanted: tuple[str, str, str], *, on: bool) -> None:
    other, kind, direction = wanted
    told = {"case": other, "kind": kind, "direction": direction}
    session.emit(["note", "linked" if on else "unlinked", told])
    if direction == "out":
        session.emit(["out", "link", {"case": other, "kind": kind, "actor": actor, "on": on}])


def _link_of(given: Mapping[str, Any]) -> tuple[str, str, str]:
    other, kind, direction = given.get("case"), given.get("kind"), given.get("direction", "out")
    try:
        case = str(UUID(other))
    except (TypeError, ValueError, AttributeError):
        raise InvalidInput.at("case", message_zh="应为案件标识", message_en="the id of a case") from None
    if kind not in LINKS:
        listed = "、".join(LINKS)
        raise InvalidInput.at(
            "kind", message_zh=f"应为 {listed} 之一", message_en=f"one of {', '.join(LINKS)}"
        )
    if direction not in ("out", "in"):
        raise InvalidInput.at("direction", message_zh="应为 out 或 in", message_en="out or in")
    return case, str(kind), direction


def _links(session: Session) -> set[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    for _, note, told in _notes(session):
        if note in ("linked", "unlinked"):
            entry = (told["case"], told["kind"], told["direction"])
            (found.add if note == "linked" else found.discard)(entry)
    return found


def _notes(session: Session) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for event in session.past():
        if event.kind in BESIDE:
            for effect in event.effects:
                if effect[0] == "note":
                    yield event.seq, effect[1], effect[2]


def _addressed(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    task, audience, unit = given.get("task"), given.get("audience", "case"), given.get("unit")
    if audience not in AUDIENCES:
        listed = ", ".join(AUDIENCES)
        raise InvalidInput.at("audience", message_zh=f"应为 {listed} 之一", message_en=f"one of {listed}")
    if audience == "unit" and not _is_text(unit):
        raise InvalidInput.at("unit", message_zh="请指明单位", message_en="name the unit")
    if task is not None:
        open_task(session, task)
    return {"task": task, "audience": audience, "unit": unit if audience == "unit" else None}


def _filled(given: Mapping[str, Any], name: str) -> None:
    if not _is_text(given.get(name)):
        raise InvalidInput.at(name, message_zh="必须填写", message_en="is required")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
