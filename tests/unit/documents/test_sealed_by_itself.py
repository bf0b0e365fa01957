"""A case whose process says so has its dossier sealed by itself once it is closed, and again when closed again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.cases.log import DOCUMENT, SEAL_DOSSIER, StoredEvent
from engine.cases.stuck import MOST_ATTEMPTS
from engine.documents.dossier import BY_ITSELF, SERVICE
from engine.errors import Refusal
from engine.history import Verifier
from engine.runtime.dossier import REQUEST
from engine.store.tables import outbox
from engine.typesetting import TemplateFailed
from tests.support.bpmn import (
    catch,
    end,
    file,
    message,
    process,
    properties,
    race,
    script,
    start,
    timer,
    user,
)
from tests.unit.documents.paper_world import HOUR, REGISTERED, PaperWorld, build, words, yields

DAY = 24 * HOUR
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def drawn(dossier: bool = True) -> bytes:
    """Registered, closed, and archived after 180 days unless it is reopened before."""
    said = {"bihuan:variables": "title: string"} | ({"bihuan:dossier": "closing"} if dossier else {})
    return file(
        process(
            "p",
            start("s"),
            user("register", groups="unit:G1/grid_worker", form="register", extension=yields("受理登记表")),
            script("close", "now()", "closed_at"),
            race("wait"),
            catch("over", timer(duration="P180D")),
            catch("reopened", message("reopen", "=title")),
            script("again", "null", "closed_at"),
            end("e"),
            "s -> register -> close -> wait; wait -> over -> e; wait -> reopened -> again -> register",
            extension=properties(said),
        )
    )


@pytest.fixture
def closed(database_url: str, tmp_path: Path) -> Iterator[PaperWorld]:
    """A case that is closed and may still be reopened, on each database."""
    world = build(database_url, tmp_path, drawn=drawn())
    yield world
    world.engine.close()


def sealed(world: PaperWorld) -> list[StoredEvent]:
    return [each for each in world.engine.queries.events(world.case) if each.head.kind == SEAL_DOSSIER]


def kinds(world: PaperWorld) -> list[str]:
    return [event.head.kind for event in world.engine.queries.events(world.case)]


def waiting(world: PaperWorld) -> int:
    """Requests to seal in the outbox."""
    with world.engine.database.reading() as tx:
        return len(tx.execute(sa.select(outbox.c.n).where(outbox.c.kind == REQUEST)).fetchall())


def test_the_request_is_there_with_the_closing_and_the_dossier_once_it_was_carried_out(
    closed: PaperWorld,
) -> None:
    assert kinds(closed)[-1] == "complete"
    assert waiting(closed) == 1
    closed.engine.run_due()
    assert waiting(closed) == 0
    assert kinds(closed)[-2:] == [DOCUMENT, SEAL_DOSSIER]
    assert [event.head.actor for event in closed.engine.queries.events(closed.case)][-2:] == [SERVICE] * 2
    documents, dossier = closed.content.documents.of(closed.as_("qian"), closed.case)
    assert [each.state for each in documents] == ["made"]
    assert dossier is not None
    assert (dossier.version, dossier.holds, dossier.entries) == (1, True, 1)
    assert dossier.number == "青石镇综治中心〔1975〕卷宗目录第1号"
    assert BY_ITSELF in words(closed.content.dossiers.open(closed.as_("qian"), closed.case).pdf)
    closed.check()


def test_what_was_sealed_by_hand_is_not_sealed_twice(closed: PaperWorld) -> None:
    closed.content.dossiers.seal(closed.as_("qian"), closed.case)
    closed.engine.run_due()
    assert waiting(closed) == 0
    assert [each.head.actor for each in sealed(closed)] == ["qian"]
    assert closed.engine.stuck.list() == []


def test_a_request_that_comes_twice_is_done_once(closed: PaperWorld) -> None:
    """A worker may die between sealing and taking the row out of the outbox."""
    row = f"{closed.case}/2/0"
    for _ in range(2):
        closed.engine.outbox.senders[REQUEST](row, {})
    assert len(sealed(closed)) == 1
    closed.check()


def test_a_case_reopened_before_anybody_sealed_it_is_sealed_when_it_is_closed_again(
    closed: PaperWorld,
) -> None:
    closed.engine.send_message("reopen", "排水沟纠纷")
    closed.engine.run_due()
    assert (waiting(closed), sealed(closed)) == (0, [])
    closed.complete("register", "li", REGISTERED)
    closed.engine.run_due()
    assert [each.open().input["version"] for each in sealed(closed)] == [1]
    assert sealed(closed)[0].open().input["entries"] == 2


def test_a_case_that_is_closed_again_gets_a_further_version(closed: PaperWorld) -> None:
    closed.engine.run_due()
    closed.engine.send_message("reopen", "排水沟纠纷")
    dossier = closed.content.documents.of(closed.as_("qian"), closed.case)[1]
    assert dossier is not None
    assert not dossier.holds
    closed.clock.now += HOUR
    closed.complete("register", "li", REGISTERED)
    closed.engine.run_due()
    documents, dossier = closed.content.documents.of(closed.as_("qian"), closed.case)
    assert [each.state for each in documents] == ["made", "made"]
    assert dossier is not None
    assert (dossier.version, dossier.holds, dossier.entries) == (2, True, 2)
    assert {each.open().input["number"] for each in sealed(closed)} == {dossier.number}
    assert closed.content.dossiers.open(closed.as_("qian"), closed.case).name == f"{dossier.number}.pdf"
    closed.check()


def test_nothing_is_added_to_the_dossier_of_a_closed_case_and_again_once_it_is_reopened(
    closed: PaperWorld,
) -> None:
    closed.engine.run_due()
    number = closed.document("受理登记表", "li")
    sha256 = closed.content.documents.of(closed.as_("li"), closed.case)[0][0].versions[0].sha256
    with pytest.raises(Refusal) as caught:
        closed.content.documents.sign(closed.as_("li"), closed.case, number, sha256)
    assert caught.value.rule == "dossier.sealed"
    closed.engine.send_message("reopen", "排水沟纠纷")
    closed.content.documents.sign(closed.as_("li"), closed.case, number, sha256)
    closed.check()


def test_the_end_of_a_closed_case_seals_nothing_anew_unless_a_file_came_meanwhile(closed: PaperWorld) -> None:
    other = closed.start()
    closed.engine.run_due()
    closed.content.attachments.add(closed.as_("li"), other, "迟到的回函.png", [PNG])
    closed.clock.now += 181 * DAY
    closed.engine.run_due()
    assert closed.engine.case(closed.case).status == closed.engine.case(other).status == "completed"
    assert len(sealed(closed)) == 1
    dossier = closed.content.documents.of(closed.as_("qian"), other)[1]
    assert dossier is not None
    assert (dossier.version, dossier.holds, dossier.entries) == (2, True, 2)
    own = closed.content.documents.of(closed.as_("qian"), closed.case)[1]
    assert own is not None
    assert own.holds
    closed.check()
    closed.check(other)


def test_what_cannot_be_sealed_is_tried_again_and_at_last_given_up_for_an_operator(
    closed: PaperWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sheet: object) -> bytes:
        raise TemplateFailed(message_zh="模板有误", message_en="the template is wrong")

    with monkeypatch.context() as broken:
        broken.setattr("engine.documents.making.set_sheet", fail)
        for _ in range(MOST_ATTEMPTS):
            closed.engine.run_due()
            closed.clock.now += HOUR
    (stuck,) = closed.engine.stuck.list(given_up=True)
    assert (stuck.case_id, stuck.kind, stuck.message_zh) == (closed.case, "outbox", "模板有误")
    assert sealed(closed) == []
    closed.engine.stuck.retry(stuck.work)
    closed.engine.run_due()
    assert len(sealed(closed)) == 1
    assert closed.engine.stuck.list() == []


def test_a_case_whose_keys_were_destroyed_has_nothing_to_seal(closed: PaperWorld) -> None:
    closed.engine.erasure.erase(closed.case, actor="root", ground="删除请求")
    closed.engine.run_due()
    assert (waiting(closed), sealed(closed), closed.engine.stuck.list()) == (0, [], [])


def test_a_case_whose_process_does_not_say_so_waits_for_somebody(tmp_path: Path) -> None:
    world = build("sqlite://", tmp_path, drawn=drawn(dossier=False))
    world.engine.run_due()
    assert (waiting(world), sealed(world)) == (0, [])
    world.content.dossiers.seal(world.as_("qian"), world.case)
    assert len(sealed(world)) == 1
    assert Verifier(world.engine).verify(world.case).is_sound
    world.engine.close()


def test_where_papers_are_left_out_the_request_goes_without_one(closed: PaperWorld) -> None:
    with closed.engine.outbox.leaving_out(REQUEST):
        closed.engine.run_due()
    assert (waiting(closed), sealed(closed)) == (0, [])
