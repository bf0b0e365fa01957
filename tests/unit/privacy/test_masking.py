"""What personal data looks like masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.privacy.masking import CLASSES, HIDDEN, mask


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("id", "110101199001011234", "110***********1234"),
        ("id", "12345", "1***5"),
        ("phone", "13812345678", "138****5678"),
        ("phone", "138 1234 5678", "138****5678"),
        ("phone", "+8613812345678", "138****5678"),
        ("phone", "010-8765432", "********32"),
        ("name", "张三", "张*"),
        ("name", "张三丰", "张**"),
        ("name", "张", "*"),
        ("name", "买买提·吐尔逊", "买**"),
        ("address", "青禾县青石镇柳溪村3组12号", "青禾县青石镇柳溪村***"),
        ("address", "柳溪村3组", "柳溪村***"),
        ("address", "某处", HIDDEN),
        ("address", "老供销社对面", "老供***"),
        ("email", "zhangsan@example.com", "z***@example.com"),
        ("account", "6222020200112233445", "***************3445"),
        ("account", "1234", "****"),
        ("plate", "苏A12345", "苏A****5"),
        ("text", "当事人张三", HIDDEN),
        ("statement", "当事人张三", HIDDEN),
        ("comment", "当事人张三", HIDDEN),
        ("unknown", "当事人张三", HIDDEN),
    ],
)
def test_each_class_has_its_form(kind: str, text: str, shown: str) -> None:
    assert mask(kind, text) == shown


def test_other_values_are_masked_entry_by_entry_or_hidden() -> None:
    assert mask("name", ["张三", "李四"]) == ["张*", "李*"]
    assert mask("name", {"a": "张三"}) == HIDDEN
    assert mask("phone", 13812345678) == HIDDEN
    assert mask("name", None) is None
    assert mask("name", "") == ""


@given(st.sampled_from(CLASSES), st.text(min_size=1, max_size=40).filter(str.strip))
def test_no_class_shows_a_value_whole(kind: str, text: str) -> None:
    shown = mask(kind, text)
    assert "*" in shown
    assert text.strip() not in shown or set(text.strip()) <= {"*"}
