"""history: every kind of event has its sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.cases import ManualClock
from engine.cli.story import Line, Story
from engine.facade import Engine
from engine.i18n import Language, catalogue
from engine.runtime.commands import COMMANDS
from tests.unit.cli.conftest import DIAGRAM, FORM

NOON = 1_750_000_000_000_000


@pytest.mark.parametrize("kind", [*COMMANDS, "refused"])
def test_every_command_has_a_sentence(kind: str) -> None:
    for language in Language:
        assert catalogue(language).knows(f"event.{kind.replace('-', '_')}")


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open("sqlite://", clock=ManualClock(NOON)) as opened:
        opened.deploy({"visit.bpmn": DIAGRAM.encode(), "visit.form": FORM.encode()}, actor="d")
        yield opened


def told(engine: Engine, language: Language = Language.ZH) -> list[Line]:
    (case,) = engine.queries.cases()
    names = {"li": "李四"}
    return list(Story(catalogue(language), engine.definitions, names).tell(engine.queries.events(case.id)))


def test_who_acted_for_whom_is_told_and_free_text_is_not(engine: Engine) -> None:
    case = engine.start("visit", actor="wang", on_behalf_of="li").case_id
    engine.suspend(case, actor="li", reason="鉴定")
    with pytest.raises(Exception, match="挂起"):
        engine.claim(case, engine.tasks()[0].id, actor="wang")
    engine.resume(case, actor="li")
    engine.set_variables(case, {"a": 1}, actor="li")
    lines = told(engine)
    assert [line.actor for line in lines] == ["wang（代李四）", "李四", "wang", "李四", "李四"]
    assert [line.what for line in lines] == [
        "启动案件",
        "挂起：（保密）",
        "被规则拒绝：案件已挂起，不能办理",
        "恢复",
        "更正变量",
    ]
    assert lines[4].values == ("a=1",)
    assert told(engine, Language.EN)[0].actor == "wang (for 李四)"


def test_values_are_shortened_and_shown_in_their_kind(engine: Engine) -> None:
    values = {"text": "长" * 100, "list": [1, None], "context": {"b": True}, "steer": "\x1b[2J"}
    engine.start("visit", values, actor="wang")
    shown = told(engine)[0].values
    assert shown == ("context={b: true}", "list=[1, null]", "steer=\\x1b[2J", "text=" + "长" * 39 + "…")


def test_a_definition_that_is_gone_does_not_spoil_the_story(engine: Engine) -> None:
    case = engine.start("visit", actor="wang").case_id
    events = list(engine.queries.events(case))
    with Engine.open("sqlite://", clock=ManualClock(NOON)) as other:
        lines = list(Story(catalogue(Language.ZH), other.definitions).tell(events))
    assert lines[0].opened == ("go",)
