"""Errors speak both languages and carry stable codes."""

from __future__ import annotations

import pytest

from engine import errors
from engine.errors import BihuanError, Conflict, InvalidInput, Message, Refusal


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.BihuanError, "error"),
        (errors.NotFound, "not_found"),
        (errors.Conflict, "conflict"),
        (errors.InvalidInput, "invalid_input"),
        (errors.LimitExceeded, "limit_exceeded"),
    ],
)
def test_each_class_has_its_code_and_shows_chinese(kind: type[BihuanError], code: str) -> None:
    error = kind(message_zh="不行", message_en="no", place={"case": "x", "line": 3})
    assert (error.code, str(error), error.message) == (code, "不行", Message(zh="不行", en="no"))
    assert error.place == {"case": "x", "line": 3}


def test_a_code_may_be_more_specific() -> None:
    assert BihuanError(message_zh="甲", message_en="a", code="case.closed").code == "case.closed"


def test_a_refusal_names_its_rule() -> None:
    assert Refusal(rule="return.twice", message_zh="甲", message_en="a").rule == "return.twice"


def test_a_conflict_says_how_things_stand() -> None:
    assert Conflict(message_zh="甲", message_en="a", current={"assignee": "li"}).current == {"assignee": "li"}


def test_invalid_input_lists_messages_by_field() -> None:
    error = InvalidInput.at("phone", message_zh="必填", message_en="required")
    assert error.fields == {"phone": (Message(zh="必填", en="required"),)}
    assert str(error) == "phone：必填"
    assert error.message_en == "phone: required"
