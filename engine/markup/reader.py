"""The one way XML enters the product.

Two passes: a scan over the bytes, linear and without building anything, refuses whatever could make a
parser work hard or reach out (size, encodings, document types, sheer number of tags); only what passes is
given to libxml2, with every optional behaviour switched off, and its tree is measured once more.
"""

from __future__ import annotations

import re

from lxml import etree

from engine.errors import BihuanError

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 200
MAX_ELEMENTS = 50_000
MAX_ATTRIBUTES = 200
MAX_VALUE = 256 * 1024
"""Longest attribute value or text between two tags, in characters."""

MAX_NAMESPACES = 1_000

_MAX_GAP = 1024 * 1024
_MAX_OPENINGS = 2 * MAX_ELEMENTS + 10_000
_LAST_SHORT_LINE = 65_534

_ENCODING = re.compile(rb"""^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([^"']{0,40})["']""")
_SPECIAL = re.compile(rb"<[!?]")
_UTF8_NAMES = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_BOM = b"\xef\xbb\xbf"
_FOREIGN_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00", b"\x00\x00", b"+/v", b"\x4c\x6f\xa7\x94")


class MarkupError(BihuanError):
    """The bytes are not XML that can be read safely; `file` and `line` say where."""

    default_code = "markup"

    def __init__(self, *, file: str, line: int, message_zh: str, message_en: str) -> None:
        super().__init__(message_zh=message_zh, message_en=message_en, place={"file": file, "line": line})
        self.file = file
        self.line = line

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message_zh} / {self.message_en}"


def read(data: bytes, *, file: str) -> etree._Element:
    """Read one XML document and return its root element.

    Comments and processing instructions are dropped. Only UTF-8 (with or without byte order mark) is
    accepted; no document type, so no entities beyond the five of XML itself.

    Args:
        data: the file's bytes, at most `MAX_BYTES`.
        file: the name used in messages.

    Raises:
        MarkupError: it is not well-formed, or exceeds a bound.
    """
    body = _checked_bytes(data, file)
    _refuse_declarations(body, file)
    parser = etree.XMLParser(
        encoding="UTF-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error, file) from None
    _measure(root, file)
    return root


def line(element: etree._Element) -> int:
    """The line an element's start tag ends on, counted from 1; exact beyond line 65,534 as well.

    libxml2 keeps 16 bits of line number in an element; past that it answers with the line a neighbouring
    text node *ends* on, so the line breaks inside that text have to be taken off again.
    """
    found = element.sourceline or 0
    if found <= _LAST_SHORT_LINE:
        return found
    return _line_from_following_text(element) or _line_from_text_before(element)


def _line_from_following_text(element: etree._Element) -> int | None:
    found = element.sourceline or 0
    if found == _LAST_SHORT_LINE + 1:
        return None
    if element.text:
        return found - element.text.count("\n")
    if len(element):
        return _line_from_following_text(element[0])
    if element.tail:
        return found - element.tail.count("\n")
    following = element.getnext()
    return found if following is None else _line_from_following_text(following)


def _line_from_text_before(element: etree._Element) -> int:
    above = element.getparent()
    while above is not None and not above.text:
        above = above.getparent()
    if above is None:
        return element.sourceline or 0
    return line(above) + (above.text or "").count("\n")


def _checked_bytes(data: bytes, file: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise MarkupError(
            file=file,
            line=1,
            message_zh=f"文件过大：{len(data)} 字节，上限 {MAX_BYTES} 字节",
            message_en=f"the file is too large: {len(data)} bytes, at most {MAX_BYTES} are allowed",
        )
    body = data.removeprefix(_BOM)
    if not body.strip():
        raise MarkupError(file=file, line=1, message_zh="文件是空的", message_en="the file is empty")
    if body.startswith(_FOREIGN_STARTS):
        raise _wrong_encoding(file, 1)
    declared = _ENCODING.match(body)
    if declared and declared[1].strip().lower() not in _UTF8_NAMES:
        raise _wrong_encoding(file, 1)
    try:
        body.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise _wrong_encoding(file, _line_at(body, error.start)) from None
    return body


def _refuse_declarations(body: bytes, file: str) -> None:
    openings = body.count(b"<")
    if openings > _MAX_OPENINGS:
        raise _too_many_elements(file)
    if body.count(b"xmlns") > MAX_NAMESPACES:
        raise _too_long(file, 1)
    if max(map(len, body.split(b"<"))) > _MAX_GAP:
        raise _too_long(file, 1)
    found = _SPECIAL.search(body)
    while found:
        found = _SPECIAL.search(body, _end_of_special(body, found.start(), file))


def _end_of_special(body: bytes, start: int, file: str) -> int:
    """Where the comment, section or instruction that opens at `start` ends; anything else is refused."""
    for opening, closing in ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")):
        if body.startswith(opening, start):
            end = body.find(closing, start + len(opening))
            if end < 0:
                raise MarkupError(
                    file=file,
                    line=_line_at(body, start),
                    message_zh=f"以 {opening.decode()} 开始的部分没有结束",
                    message_en=f"the part opened by {opening.decode()} is never closed",
                )
            return end + len(closing)
    raise MarkupError(
        file=file,
        line=_line_at(body, start),
        message_zh="不允许文档类型声明（DOCTYPE）与实体",
        message_en="document type declarations (DOCTYPE) and entities are not allowed",
    )


def _measure(root: etree._Element, file: str) -> None:
    depth = elements = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        elements += 1
        if depth > MAX_DEPTH:
            raise _too_deep(file, line(element))
        if elements > MAX_ELEMENTS:
            raise _too_many_elements(file)
        if _is_oversized(element):
            raise _too_long(file, line(element))


def _is_oversized(element: etree._Element) -> bool:
    if len(element.text or "") > MAX_VALUE or len(element.tail or "") > MAX_VALUE:
        return True
    attributes = element.attrib
    return len(attributes) > MAX_ATTRIBUTES or max(map(len, attributes.values()), default=0) > MAX_VALUE


def _not_well_formed(error: etree.XMLSyntaxError, file: str) -> MarkupError:
    found = error.lineno or 1
    detail = " ".join((error.msg or "").split(", line ")[0].split())[:200]
    if "depth" in detail.lower():
        return _too_deep(file, found)
    return MarkupError(
        file=file,
        line=found,
        message_zh=f"不是合格的 XML：{detail}",
        message_en=f"not well-formed XML: {detail}",
    )


def _wrong_encoding(file: str, at: int) -> MarkupError:
    return MarkupError(
        file=file,
        line=at,
        message_zh="文件不是 UTF-8 编码，请另存为 UTF-8",
        message_en="the file is not encoded in UTF-8; save it as UTF-8",
    )


def _too_many_elements(file: str) -> MarkupError:
    return MarkupError(
        file=file,
        line=1,
        message_zh=f"XML 元素过多，上限 {MAX_ELEMENTS} 个",
        message_en=f"too many XML elements, at most {MAX_ELEMENTS} are allowed",
    )


def _too_deep(file: str, at: int) -> MarkupError:
    return MarkupError(
        file=file,
        line=at,
        message_zh=f"XML 嵌套过深，上限 {MAX_DEPTH} 层",
        message_en=f"XML nested too deeply, at most {MAX_DEPTH} levels are allowed",
    )


def _too_long(file: str, at: int) -> MarkupError:
    return MarkupError(
        file=file,
        line=at,
        message_zh=f"属性过多或内容过长（属性上限 {MAX_ATTRIBUTES} 个，单值上限 {MAX_VALUE} 字）",
        message_en=(
            f"too many attributes or too long a value "
            f"(at most {MAX_ATTRIBUTES} attributes, {MAX_VALUE} characters each)"
        ),
    )


def _line_at(body: bytes, position: int) -> int:
    return body.count(b"\n", 0, position) + 1
