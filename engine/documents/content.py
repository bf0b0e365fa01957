"""What a document is filled with: the data of one step, shown by somebody's eyes, as plain JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine import canonical
from engine.cases.headers import CATEGORY
from engine.documents.steps import Step
from engine.model.definition import Form
from engine.model.forms import CHOICES, COMPUTED, INPUTS, inner, label_of
from engine.privacy import Eyes
from engine.runtime.session import EPOCH

LONGEST: Final = 20_000
"""Characters of one text in a document; the rest stays in the case."""

_HOLD_NUMBERS: Final = ("unit", "units", "_user", "grid", *CATEGORY)
_ALWAYS: Final = frozenset({"title", "category"})
_QUOTED: Final = re.compile(r'"([A-Za-z_][A-Za-z0-9_]{0,99})"')
_HIDDEN: Final = frozenset({"signatures_complete"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    """What a document says of itself. mark: printed across its pages."""

    number: str
    issuer: str
    version: int = 1
    mark: str = ""


@lru_cache(maxsize=128)
def mentioned(template: bytes) -> frozenset[str]:
    """The names a template asks for: nothing else of the case is given to it, or counts as shown."""
    text = template.decode("utf-8", "replace")
    names = frozenset(_QUOTED.findall(text)) | _ALWAYS
    return names | {"parties"} if "parties()" in text else names


def content_of(
    step: Step,
    eyes: Eyes,
    code: str,
    zone: str,
    printed: Printed,
    names: frozenset[str],
    *,
    name: Callable[[str], str],
) -> dict[str, Any]:
    """The data of a document. names: what of the case it has beside what was entered. name: says what a person,
    a unit or a category is called.
    """
    given = eyes.show(step.given, "")
    others = {key: value for key, value in step.seen.items() if key in names and key not in step.given}
    seen = eyes.show(others, "")
    here = ZoneInfo(zone)
    written = {key: _named(key, plain(value, here), name) for key, value in {**seen, **given}.items()}
    fields, values, rows = filled(step.form, written, given, step.definition.forms.values())
    data: dict[str, Any] = {
        "case": {
            "code": code,
            "title": _text(written.get("title")) or step.definition.name or step.definition.key,
            "category": _joined((fields | values).get("category")),
        },
        "fields": fields,
        "values": values,
        "rows": rows,
        "step": {"seq": step.seq, "name": step.step, "by": name(step.actor), "at": moment(step.at, here)},
    }
    data["document"] = {
        "name": step.name,
        "number": printed.number,
        "issuer": printed.issuer,
        "date": plain((EPOCH + timedelta(microseconds=step.at)).astimezone(here).date(), here),
        "mark": printed.mark,
        "version": printed.version,
    }
    data["document"]["digest"] = canonical.digest(canonical.dumps(data)).hex()
    return data


def filled(
    form: Form | None, written: Mapping[str, Any], given: Collection[str], others: Iterable[Form] = ()
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """The fields of a form with what was written, everything else that was, and the form's rows as they are printed.

    Choices are told by their labels. given: the names that were entered with the form, also those that it does not
    have. others: forms of the package, for the labels of what was entered elsewhere.
    """
    parts = [] if form is None else list(form.schema.get("components") or [])
    fields = {} if form is None else {key: written.get(key) for key in _first_names(form.fields)}
    fields |= {key: written[key] for key in given}
    values = {key: value for key, value in written.items() if key not in fields}
    for other in others:
        values |= _labelled(other.schema.get("components") or [], values)
    rows = list(_rows(parts, fields))
    return fields | _labelled(parts, fields), values, rows


def _labelled(parts: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen, by its label; entries of lists and groups within them too."""
    found: dict[str, Any] = {}
    for part in parts:
        key = str(part.get("key") or part.get("path") or "")
        held = values.get(key) if key else values
        if part.get("type") == "group" and isinstance(held, Mapping):
            told = _labelled(inner(part), held)
            found |= {key: {**held, **told}} if key else told
        elif part.get("type") == "dynamiclist" and isinstance(held, list):
            found[key] = [
                {**each, **_labelled(inner(part), each)} if isinstance(each, Mapping) else each
                for each in held
            ]
        elif part.get("type") in CHOICES and key and held is not None and held is not values:
            found[key] = _chosen(part, held)
    return found


def _named(key: str, value: Any, name: Callable[[str], str]) -> Any:
    """Units and people by their names, where a field holds their numbers."""
    if not key.endswith(_HOLD_NUMBERS):
        return value
    if isinstance(value, list):
        return [name(each) if isinstance(each, str) else each for each in value]
    return name(value) if isinstance(value, str) and value else value


def moment(at: int, zone: ZoneInfo) -> str:
    """A moment (microseconds) as a document prints it."""
    return str(plain((EPOCH + timedelta(microseconds=at)).astimezone(zone), zone))


def plain(value: Any, zone: ZoneInfo) -> Any:
    """A value as plain JSON: texts, numbers as texts, dates as people write them."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each, zone) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, zone) for each in value]
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo is not None else value
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _cut(_printable(str(value)))


def _printable(text: str) -> str:
    """Without characters that have no place in a text: control characters, and those that turn its direction."""
    return "".join(
        each for each in text if each in "\n\t" or (each.isprintable() or each in "\u3000\u00a0\u200d\ufe0f")
    )


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}……（共 {len(text)} 字，其余见案卷）"


def _first_names(fields: Any) -> Iterator[str]:
    for each in fields:
        yield str(each).partition(".")[0]


def _rows(parts: list[Mapping[str, Any]], values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields of a form in its order, with their labels and what was chosen by its label."""
    for part in parts:
        kind, key = part.get("type"), str(part.get("key") or part.get("path") or "")
        if kind == "dynamiclist":
            yield _table(part, key, values.get(key))
        elif kind == "group":
            held = values.get(key) if key else values
            yield from _rows(list(inner(part)), held if isinstance(held, Mapping) else {})
        elif (kind in INPUTS or kind == COMPUTED) and key and key not in _HIDDEN:
            label = label_of(part)
            if label:
                yield {"key": key, "label": label, "kind": "text", "value": _chosen(part, _at(values, key))}


def _table(part: Mapping[str, Any], key: str, held: Any) -> dict[str, Any]:
    columns = [each for each in inner(part) if each.get("key") and label_of(each)]
    entries = held if isinstance(held, list) else []
    return {
        "key": key,
        "label": label_of(part) or key,
        "kind": "table",
        "value": None,
        "columns": [label_of(each) for each in columns],
        "items": [
            [_chosen(each, _at(entry, str(each["key"]))) for each in columns]
            for entry in entries
            if isinstance(entry, Mapping)
        ],
    }


def _chosen(part: Mapping[str, Any], value: Any) -> Any:
    """What was chosen, by its label."""
    if part.get("type") not in CHOICES or value is None:
        return value
    options = part.get("values")
    labels = {
        str(each.get("value")): str(each.get("label") or each.get("value"))
        for each in (options if isinstance(options, list) else [])
        if isinstance(each, Mapping)
    }
    if isinstance(value, list):
        return [labels.get(each, each) if isinstance(each, str) else each for each in value]
    return labels.get(value, value) if isinstance(value, str) else value


def _at(values: Any, path: str) -> Any:
    for name in path.split("."):
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _joined(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    return "、".join(each for each in parts if isinstance(each, str))
