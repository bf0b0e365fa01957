"""Sets documents from templates in a process of its own.

Why a process: a template is a program. A thread cannot be stopped, nor its memory bounded; the system bounds a
process in time and memory and ends it without harm to anybody else. It is started for each batch, which costs about a
fifth of a second; documents are set once and kept, so that nobody waits for it twice.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from engine.errors import BihuanError, LimitExceeded

CHILD: Final = Path(__file__).with_name("child.py")
DATA: Final = "data.json"
"""Where a template finds what it is filled with."""

MAIN: Final = "main.typ"
_NOWHERE: Final = "http://127.0.0.1:9"
_PAGE_COUNT: Final = re.compile(
    rb"/Type\s*/Pages\b.{0,200}?/Count (\d+)|/Count (\d+).{0,200}?/Type\s*/Pages\b", re.DOTALL
)
_LINE: Final = re.compile(r"([^\s:]+\.typ):(\d+):\d+")


class TemplateFailed(BihuanError):
    """A template cannot be set with the data it was given. template, line: where, as far as it is known."""

    default_code = "document.template"
    template: str = ""
    line: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What one batch may use. memory: bytes of address space; seconds: of computing, for each document; wall: of
    waiting, for each document, as the machine may be busy.

    data: bytes of one document's data; output: bytes of one document; pages: of one document.
    """

    memory: int = 1_536 * 1024 * 1024
    seconds: int = 20
    wall: int = 60
    data: int = 2 * 1024 * 1024
    output: int = 20 * 1024 * 1024
    pages: int = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One document to be set.

    templates: all files its template may import, by name. template: which of them it is. data: what it is filled
    with, as JSON has it. at: the moment its metadata carry, seconds since 1970 UTC; never the time of setting, so
    that the same data give the same bytes. images: pictures by name; `image(bytes(json("/name")))` shows one.
    """

    templates: Mapping[str, bytes]
    template: str
    data: Mapping[str, Any]
    at: int
    images: Mapping[str, bytes] | None = None


def set_sheets(sheets: Sequence[Sheet], bounds: Bounds | None = None) -> list[bytes | TemplateFailed]:
    """The PDFs of documents, in order; in the place of one that failed, why. Raises LimitExceeded."""
    limits = bounds or Bounds()
    found: list[bytes | TemplateFailed] = []
    for answer in _run([_job(sheet, limits, "pdf") for sheet in sheets], limits):
        found.append(_pdf(answer, limits))
    return found


def set_sheet(sheet: Sheet, bounds: Bounds | None = None) -> bytes:
    """The PDF of one document. Raises TemplateFailed, LimitExceeded."""
    (made,) = set_sheets([sheet], bounds)
    if isinstance(made, TemplateFailed):
        raise made
    return made


def pictures(sheet: Sheet, bounds: Bounds | None = None, *, ppi: float = 80) -> list[bytes]:
    """The pages of a document as PNG. Raises TemplateFailed, LimitExceeded."""
    limits = bounds or Bounds()
    (answer,) = _run([_job(sheet, limits, "png", ppi)], limits)
    if "error" in answer:
        raise _failed(answer)
    return [base64.b64decode(page) for page in answer["pages"]]


def _job(sheet: Sheet, limits: Bounds, kind: str, ppi: float | None = None) -> dict[str, Any]:
    data = json.dumps(sheet.data, ensure_ascii=False, sort_keys=True).encode()
    if len(data) > limits.data:
        raise _exceeded("document.data", "文书内容过多", "the document has too much content")
    held = {
        **sheet.templates,
        # The typesetter takes texts only: a picture is a list of its bytes.
        **{name: json.dumps(list(content)).encode() for name, content in (sheet.images or {}).items()},
        DATA: data,
        MAIN: f'#include "{sheet.template}"'.encode(),
    }
    return {
        "files": {name: base64.b64encode(content).decode() for name, content in held.items()},
        "format": kind,
        "timestamp": sheet.at,
        "ppi": ppi,
    }


def _run(jobs: list[dict[str, Any]], limits: Bounds) -> list[dict[str, Any]]:
    if not jobs:
        return []
    with tempfile.TemporaryDirectory(prefix="bihuan-set-") as root:
        order = {
            "root": root,
            "fonts": [font_folder()],
            "memory": limits.memory,
            "seconds": limits.seconds * len(jobs),
            "jobs": jobs,
        }
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": root,
            "TMPDIR": root,
            "RAYON_NUM_THREADS": "2",
            # A template may name a package of a registry: there is no way to it.
            **{
                name: _NOWHERE
                for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")
            },
        }
        try:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", str(CHILD)],
                input=json.dumps(order).encode(),
                capture_output=True,
                timeout=limits.wall * len(jobs),
                cwd=root,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _exceeded("document.time", "文书排版超时", "setting the document took too long") from None
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
    if len(answers) != len(jobs):
        raise _exceeded(
            "document.bounds",
            "文书排版超出时间或内存上限",
            "setting the document went beyond its bounds of time or memory",
        )
    return answers


def _pdf(answer: Mapping[str, Any], limits: Bounds) -> bytes | TemplateFailed:
    if "error" in answer:
        return _failed(answer)
    made = base64.b64decode(answer["pages"][0])
    if len(made) > limits.output or page_count(made) > limits.pages:
        raise _exceeded(
            "document.pages", "文书页数或大小超过上限", "the document has too many pages or bytes"
        )
    return made


def page_count(pdf: bytes) -> int:
    """How many pages a PDF made here has."""
    found = _PAGE_COUNT.search(pdf)
    return 0 if found is None else int(found[1] or found[2])


def _failed(answer: Mapping[str, Any]) -> TemplateFailed:
    told = str(answer["error"])
    failed = TemplateFailed(
        message_zh=f"文书模板无法排版：{told}", message_en=f"the template cannot be set: {told}"
    )
    place = _LINE.search(str(answer.get("told", "")))
    if place is not None:
        failed.template, failed.line = place[1], int(place[2])
    return failed


def _exceeded(code: str, zh: str, en: str) -> LimitExceeded:
    return LimitExceeded(code=code, message_zh=zh, message_en=en)


@cache
def font_folder() -> str:
    """Where the Chinese font lies."""
    return str(files("justmytype_intl_cjk") / "fonts" / "ofl" / "notosanssc")
