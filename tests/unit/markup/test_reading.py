"""What a well-meant file may look like, and what its author is told when it is broken."""

from __future__ import annotations

import pytest

from engine.markup import MarkupError, line, read


def refusal(data: bytes) -> MarkupError:
    with pytest.raises(MarkupError) as caught:
        read(data, file="case.bpmn")
    return caught.value


def test_utf8_with_and_without_byte_order_mark_reads_the_same() -> None:
    plain = '<?xml version="1.0" encoding="UTF-8"?><案件 名="甲">文</案件>'.encode()
    for data in (plain, b"\xef\xbb\xbf" + plain):
        root = read(data, file="x")
        assert (root.tag, root.get("名"), root.text) == ("案件", "甲", "文")


def test_comments_and_instructions_vanish_and_text_around_them_joins() -> None:
    root = read(b"<r>=a<!-- x --> + 1<?php y?>0</r>", file="x")
    assert root.text == "=a + 10"
    assert len(root) == 0


def test_markup_inside_comments_and_sections_is_not_counted_as_a_declaration() -> None:
    root = read(b"<r><!-- <!DOCTYPE x> --><![CDATA[<!ENTITY a>]]></r>", file="x")
    assert root.text == "<!ENTITY a>"


@pytest.mark.parametrize(
    ("data", "at", "english"),
    [
        (b"", 1, "the file is empty"),
        (b" \n\t ", 1, "the file is empty"),
        (b"hello", 1, "not well-formed XML"),
        (b"<a>\n<b></a>", 2, "not well-formed XML"),
        (b"<a>\n<!-- no end", 2, "the part opened by <!-- is never closed"),
        (b"<a/>\n<b/>", 2, "not well-formed XML"),
        (b"<a>\x00</a>", 1, "not well-formed XML"),
        (b"<a>\n&nbsp;</a>", 2, "not well-formed XML: Entity 'nbsp' not defined"),
        (b"<a>\n\xc3\x28</a>", 2, "not encoded in UTF-8"),
        ('<?xml version="1.0" encoding="GBK"?><a>案</a>'.encode("gbk"), 1, "not encoded in UTF-8"),
        ('<?xml version="1.0"?>\n<a>案</a>'.encode("gb18030"), 2, "not encoded in UTF-8"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(data: bytes, at: int, english: str) -> None:
    error = refusal(data)
    assert (error.file, error.line) == ("case.bpmn", at)
    assert error.message_en.startswith(english) or english in error.message_en
    assert error.message_zh
    assert "\n" not in error.message_en
    assert str(error) == f"case.bpmn:{at}: {error.message_zh} / {error.message_en}"


def test_lines_stay_exact_beyond_sixteen_bits() -> None:
    block = b"  <a id='%d'\n     x='1'>\n    <b/>\n    <c/><d/>\n\n    <e>t\nu</e></a>\n"
    data = b"<r>\n" + b"\n" * 65_520 + b"".join(block % i for i in range(40)) + b"</r>"
    root = read(data, file="x")
    first = 65_522
    for index, child in enumerate(root):
        top = first + index * 7
        assert line(child) == top + 1
        assert [line(part) for part in child] == [top + 2, top + 3, top + 3, top + 5]


def test_lines_of_unspaced_elements_stay_exact_beyond_sixteen_bits() -> None:
    root = read(b"<r>" + b"\n" * 70_000 + b"<a><b><c/></b></a><d/></r>", file="x")
    assert [line(e) for e in root.iter("a", "b", "c", "d")] == [70_001] * 4
