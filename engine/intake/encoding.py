"""Which encoding a file is in: what its layout says, its byte order mark, or the evidence of its beginning."""

from __future__ import annotations

import codecs

from engine.intake.problem import FileRefused

SAMPLE = 1024 * 1024
"""Bytes from the beginning that are looked at."""

READABLE = ("utf-8", "gb18030")
"""Encodings in which cells may be cut before they are decoded (see engine.intake.records)."""

_REFUSED_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def detect(sample: bytes, declared: str = "auto") -> tuple[str, int]:
    """The encoding of a file and the number of bytes its byte order mark takes.

    sample: its first `SAMPLE` bytes. declared: `utf-8`, `gb18030`, or `auto`. On `auto`, GB 18030 is taken
    only when most lines beyond ASCII are not UTF-8, all of them are GB 18030 and mostly Chinese: a UTF-8 file
    with some spoilt rows stays a UTF-8 file. Raises FileRefused for UTF-16 and unknown names.
    """
    if sample.startswith(_REFUSED_MARKS):
        raise FileRefused(
            message_zh="文件是 UTF-16 编码，请另存为 UTF-8 后再导入",
            message_en="the file is in UTF-16; save it as UTF-8 and import again",
            code="encoding",
        )
    mark = len(codecs.BOM_UTF8) if sample.startswith(codecs.BOM_UTF8) else 0
    if mark:
        return "utf-8", mark
    if declared in READABLE:
        return declared, 0
    if declared != "auto":
        raise FileRefused(
            message_zh=f"不认识的编码 {declared}，可用：auto、utf-8、gb18030",
            message_en=f"unknown encoding {declared}; one of auto, utf-8, gb18030",
            code="encoding",
        )
    return ("gb18030" if _is_gb18030(sample) else "utf-8"), 0


def _is_gb18030(sample: bytes) -> bool:
    whole = sample if len(sample) < SAMPLE else sample[: sample.rfind(b"\n") + 1]
    lines = [line for line in whole.splitlines() if not line.isascii()]
    as_utf8 = sum(1 for line in lines if _decodes(line, "utf-8") is not None)
    if 2 * as_utf8 >= len(lines):
        return False
    texts = [_decodes(line, "gb18030") for line in lines]
    if None in texts:
        return False
    beyond = [character for text in texts if text for character in text if ord(character) > 127]
    chinese = sum(
        1 for character in beyond if "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
    )
    return 2 * chinese > len(beyond)


def _decodes(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
