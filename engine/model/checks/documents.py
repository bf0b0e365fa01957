"""Documents: that a step's template is there, can be set, and asks only for fields that its form has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from engine.errors import LimitExceeded
from engine.model.definition import Form, Node
from engine.model.draft import Draft
from engine.model.findings import Findings, Place
from engine.typesetting import GENERAL, LAYOUT, Sheet, TemplateFailed, library, place_of, set_sheets, split

PROPERTY: Final = "bihuan:document"
_NAME: Final = re.compile(r"documents/[^/\\:]{1,80}\.typ")
_LONG: Final = "甲乙双方因相邻排水发生争执，经现场查看，水沟堵塞。"


def with_library(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A package with the templates that come along, where it does not bring its own of the name."""
    return {**library(), **files}


def check_template_name(name: str, findings: Findings) -> None:
    """A template lies in the folder `documents` of its package."""
    if not _NAME.fullmatch(name):
        findings.add(
            "document.file",
            Place(file=name),
            "文书模板应放在流程包的 documents 文件夹中",
            "a template lies in the folder documents of its package",
        )


def template_of(value: str, files: Mapping[str, bytes]) -> str | None:
    """The file of the template a property asks for; None where there is none (of this name, if it names one)."""
    name, template = split(value)
    for each in (template,) if template else (name, GENERAL):
        if place_of(each) in files:
            return place_of(each)
    return None


def templates_of(nodes: Iterable[Node], files: Mapping[str, bytes]) -> set[str]:
    """The files that the documents of these nodes need."""
    wanted = (template_of(node.properties[PROPERTY], files) for node in nodes if PROPERTY in node.properties)
    found = {name for name in wanted if name is not None}
    if not found:
        return found
    # Whatever a package brings of its own may be imported by any of its templates.
    known = library()
    return found | {name for name in files if name.endswith(".typ") and (name == LAYOUT or name not in known)}


def check_documents(draft: Draft, forms: Mapping[str, Form], files: Mapping[str, bytes]) -> None:
    """Report templates that are missing, and those of the package itself that cannot be set for a step."""
    for node in draft.nodes.values():
        value = node.properties.get(PROPERTY)
        if value is None:
            continue
        template = template_of(value, files)
        if template is None:
            draft.report(
                "document.template",
                node.id,
                f"没有文书模板“{split(value)[1]}”",
                f"there is no template {split(value)[1]!r}",
            )
            continue
        if files[template] == library().get(template) and files[LAYOUT] == library()[LAYOUT]:
            continue  # Those that come along are tested with every form.
        form = None if node.work is None or node.work.form is None else forms.get(node.work.form)
        fault = _fault(template, _own(files), _fields(form))
        if fault is not None:
            draft.report("document.field", node.id, f"{template}：{fault[0]}", f"{template}: {fault[1]}")


def _own(files: Mapping[str, bytes]) -> tuple[tuple[str, bytes], ...]:
    return tuple(sorted((name, content) for name, content in files.items() if name.endswith(".typ")))


def _fields(form: Form | None) -> tuple[str, ...]:
    return () if form is None else tuple(form.fields)


@lru_cache(maxsize=256)
def _fault(
    template: str, files: tuple[tuple[str, bytes], ...], fields: tuple[str, ...]
) -> tuple[str, str] | None:
    """What is wrong with a template for a form; the same question is answered once."""
    sheets = [Sheet(templates=dict(files), template=template, data=data, at=0) for data in samples(fields)]
    try:
        made = set_sheets(sheets)
    except LimitExceeded as error:
        return error.message_zh, error.message_en
    failed = next((each for each in made if isinstance(each, TemplateFailed)), None)
    return None if failed is None else (failed.message_zh, failed.message_en)


def samples(fields: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The data of a document with everything filled in, and with nothing."""
    for text in (_LONG, None):
        values: dict[str, Any] = {}
        for name in fields:
            head, _, tail = name.partition(".")
            if tail:
                values.setdefault(head, [{}])[0][tail] = text
            else:
                values[head] = text
        yield sample(values)


def sample(values: Mapping[str, Any]) -> dict[str, Any]:
    """A document's data in the shape that templates are given, with these fields."""
    return {
        "document": {
            "name": "示例文书", "number": "SL-20260101-00000-00000-示例文书-01", "issuer": "示例镇综治中心",
            "digest": "0" * 64, "mark": "", "version": 1, "date": "2026年1月1日",
        },
        "case": {"code": "SL-20260101-00000-00000", "title": "示例案件", "category": "示例"},
        "fields": dict(values),
        "values": {},
        "rows": [
            {"key": name, "label": name, "kind": "text", "value": "示例"}
            for name, value in values.items()
            if not isinstance(value, list)
        ],
        "step": {"seq": 1, "name": "示例步骤", "by": "示例", "at": "2026年1月1日 09:00"},
    }  # fmt: skip
