"""The page of a case: where it stands, what can be done, what happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import NotFound, Refusal
from engine.i18n import Language, catalogue
from tests.unit.content.world import REGISTERED, World, build

ZH, EN = catalogue(Language.ZH), catalogue(Language.EN)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = build("sqlite://", tmp_path)
    yield made
    made.engine.close()


def test_one_call_says_where_the_case_stands(world: World) -> None:
    page = world.content.pages.page(world.as_("qian"), world.case, ZH)
    assert page.case.id == world.case
    assert page.header is not None
    assert page.header.title == "排水沟纠纷"
    (diagram,) = page.diagrams
    assert diagram.key == "p"
    assert diagram.active == {"mediate": 1, "handle": 1}
    assert diagram.completed == {"s": 1, "register": 1, "f": 1}
    assert diagram.flows == {"s_register": 1, "register_f": 1, "f_mediate": 1, "f_handle": 1}
    assert [(task.element, task.is_mine) for task in page.tasks] == [("mediate", False), ("handle", False)]
    assert not page.partial


def test_the_page_of_a_foreign_case_does_not_exist(world: World) -> None:
    pages = world.content.pages
    for look in (
        lambda: pages.page(world.as_("chen"), world.case, ZH),
        lambda: pages.history(world.as_("chen"), world.case, ZH),
        lambda: pages.diagrams(world.as_("chen"), world.case),
        lambda: pages.task_values(world.as_("chen"), world.case, world.tasks["handle"]),
    ):
        with pytest.raises(NotFound):
            look()


def test_of_my_tasks_it_says_where_they_may_go_back_to_and_why_not(world: World) -> None:
    page = world.content.pages.page(world.as_("wang"), world.case, ZH)
    mine = next(task for task in page.tasks if task.is_mine)
    assert mine.returns is not None
    assert [(target.element, target.legal, target.rule) for target in mine.returns] == [
        ("register", False, "return.parallel")
    ]
    with pytest.raises(Refusal):
        world.engine.return_task(world.case, mine.id, actor="wang", to="register")
    other = next(task for task in page.tasks if not task.is_mine)
    assert other.returns is None


def test_the_history_is_told_in_both_languages_with_reasons_as_the_reader_sees_them(world: World) -> None:
    world.engine.suspend(world.case, actor="qian", reason="张三丰住院", reason_code="appraisal")
    told = {
        person: [line.text for line in world.content.pages.history(world.as_(person), world.case, ZH)]
        for person in ("qian", "guo")
    }
    assert told["qian"][:3] == ["启动案件", "签收“register”", "办结“register”"]
    assert told["qian"][-1] == "挂起：张三丰住院"
    assert told["guo"][-1] == "挂起：***"
    english = world.content.pages.history(world.as_("qian"), world.case, EN)
    assert english[1].text == "claimed “register”"
    assert [
        line.seq for line in world.content.pages.history(world.as_("qian"), world.case, ZH, after=2, limit=1)
    ] == [3]


def test_the_history_holds_no_sealed_value(world: World) -> None:
    lines = world.content.pages.history(world.as_("qian"), world.case, ZH)
    done = next(line for line in lines if line.kind == "complete")
    assert done.values["place_note"] == "村口"
    assert done.values["party_name"] is None
    assert set(done.sealed) == {"party_name", "party_phone", "party_id", "reporter_name", "summary"}
    shown = str(lines)
    assert not any(text in shown for name, text in REGISTERED.items() if name != "place_note")


def test_a_refusal_is_told_with_its_rule(world: World) -> None:
    task = world.tasks["mediate"]
    world.engine.claim(world.case, task, actor="wang")
    with pytest.raises(Refusal):
        world.engine.return_task(world.case, task, actor="wang", reason="退回")
    line = world.content.pages.history(world.as_("qian"), world.case, ZH)[-1]
    assert (line.kind, line.rule, line.element) == ("refused", "return.parallel", "mediate")


def test_what_was_said_to_others_is_not_in_the_history(world: World) -> None:
    world.content.comments.add(world.as_("wang"), world.case, "分歧", audience="mediators")
    assert [line.kind for line in world.content.pages.history(world.as_("zhao"), world.case, ZH)][
        -1
    ] == "comment"
    assert "comment" not in {
        line.kind for line in world.content.pages.history(world.as_("qian"), world.case, ZH)
    }


def test_a_department_is_told_what_it_did_itself(world: World) -> None:
    world.engine.claim(world.case, world.tasks["handle"], actor="sun")
    world.engine.claim(world.case, world.tasks["mediate"], actor="wang")
    told = world.content.pages.history(world.as_("lu"), world.case, ZH)
    assert [(line.kind, line.element) for line in told] == [("start", None), ("claim", "handle")]
    assert told[0].values == {"grid": "G1", "title": "排水沟纠纷"}
    assert told[0].opened == ()


def test_a_form_is_filled_with_what_is_known(world: World) -> None:
    task = world.tasks["mediate"]
    world.engine.set_variables(world.case, {"result": "待定"}, actor="qian")
    values, masked = world.content.pages.task_values(world.as_("wang"), world.case, task)
    assert (values, masked) == ({"result": "待定"}, {})
    with pytest.raises(NotFound):
        world.content.pages.task_values(world.as_("sun"), world.case, task)


def test_a_delegates_draft_is_offered_to_the_owner(world: World) -> None:
    task = world.tasks["mediate"]
    world.engine.claim(world.case, task, actor="wang")
    world.engine.delegate(world.case, task, "zhao", actor="wang", reason="请代办")
    world.engine.complete(world.case, task, {"statements": "谈过", "result": "一致"}, actor="zhao")
    values, _ = world.content.pages.task_values(world.as_("wang"), world.case, task)
    assert values == {"statements": "谈过", "result": "一致"}


def test_the_page_of_a_closed_case_is_read_from_its_log(world: World) -> None:
    world.engine.complete(
        world.case, world.tasks["mediate"], {"statements": "谈过", "result": "一致"}, actor="wang"
    )
    world.engine.complete(world.case, world.tasks["handle"], {}, actor="sun")
    page = world.content.pages.page(world.as_("qian"), world.case, ZH)
    assert page.case.status == "completed"
    assert page.values["result"] == "一致"
    assert page.values["party_name"] == "张三丰"
    assert page.tasks == ()
    (diagram,) = page.diagrams
    assert diagram.active == {}
    assert diagram.completed["e"] == 1
    assert page.total == len(list(world.engine.queries.events(world.case)))


def test_comments_files_and_links_are_on_the_page(world: World) -> None:
    world.content.comments.add(world.as_("qian"), world.case, "请看", to=["li"])
    world.content.attachments.add(world.as_("li"), world.case, "a.txt", [b"x"])
    second = world.engine.start("p", {"grid": "G1"}, actor="li").case_id
    world.content.links.link(world.as_("qian"), world.case, second, "related")
    page = world.content.pages.page(world.as_("qian"), world.case, ZH)
    assert [comment.text for comment in page.comments] == ["请看"]
    assert [file.name for file in page.attachments] == ["a.txt"]
    assert [link.other for link in page.links] == [second]


def test_only_what_is_on_the_page_counts_as_seen(world: World) -> None:
    for _ in range(3):
        world.engine.suspend(world.case, actor="qian", reason="鉴定")
        world.engine.resume(world.case, actor="qian")
    world.content.pages.page(world.as_("qian"), world.case, ZH, lines=2)
    seen = {
        name for line in world.content.access.page() for name in line.fields if name.startswith("history")
    }
    assert seen == {"history[8].reason"}
