"""The quick look at a task's own rows and the whole one come to the same."""

from __future__ import annotations

from uuid import UUID

import pytest

import engine.entitlement as asked
from engine.entitlement import Entitlement, NotEntitled, Part, actor_of
from engine.errors import NotFound
from tests.api.place import POSTS, Place


def _came_of_it(place: Place, person: str, task: str, part: Part) -> str:
    case, _, number = task.partition(".")
    assert place.engine.directory is not None
    actor = actor_of(place.engine.directory.index, person, place.clock())
    try:
        Entitlement(place.engine.database).check_task(actor, UUID(case), int(number), part)
    except (NotFound, NotEntitled) as error:
        return error.code
    return "allowed"


@pytest.mark.parametrize("secrecy", ["normal", "sensitive", "confidential"])
def test_the_quick_look_opens_nothing_that_the_whole_one_does_not(
    place: Place, monkeypatch: pytest.MonkeyPatch, secrecy: str
) -> None:
    case = place.start("G1", confidentiality=secrecy)
    register = place.task(case, "register")
    opened: list[str] = []
    for stage in ("waiting", "taken", "next", "next taken"):
        if stage == "taken":
            place.engine.claim(UUID(case), int(register.partition(".")[2]), actor="grid")
        elif stage == "next":
            number = int(register.partition(".")[2])
            place.engine.complete(UUID(case), number, {"title": "积水"}, actor="grid")
        elif stage == "next taken":
            place.engine.claim(UUID(case), int(place.task(case, "handle").partition(".")[2]), actor="town")
        task = register if stage in ("waiting", "taken") else place.task(case, "handle")
        for person in POSTS:
            for part in Part:
                quick = _came_of_it(place, person, task, part)
                with monkeypatch.context() as patched:
                    patched.setattr(asked, "_plainly", lambda *_: False)
                    whole = _came_of_it(place, person, task, part)
                assert quick == whole, f"{stage}: {person} as {part}"
                opened += [person] if whole == "allowed" else []
    assert {"grid", "town", "colleague"} <= set(opened)
    assert "town2" not in opened
