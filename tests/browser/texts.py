"""Every place that takes a text: what the API's contract asks for, what the pages have boxes for, what the forms ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tests.browser.visitor import ROOT

WEB: Final = ROOT / "web" / "src"
_TAG: Final = re.compile(r"<([A-Za-z][\w-]*)((?:\s+[^\s=>/]+(?:=\"[^\"]*\")?)*)\s*/?>")
_ATTRIBUTE: Final = re.compile(r"([^\s=>/]+)(?:=\"([^\"]*)\")?")
_BOXES: Final = (
    "el-input",
    "el-autocomplete",
    "el-input-tag",
    "textarea",
    "input",
    "PersonPicker",
    "UnitPicker",
)
_NO_TEXT: Final = ("checkbox", "radio", "file", "range", "number")
_OUTSIDE: Final = re.compile(r"(?<!\[)contenteditable=|v-html|innerHTML|insertAdjacentHTML|document\.write")
TEXTS: Final = ("textfield", "textarea")


def asked_by_the_contract(document: Mapping[str, Any]) -> set[str]:
    """Texts in the bodies of requests, as "POST /tokens name": of no fixed words, and of no form such as a date."""
    found: set[str] = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}) if method != "parameters" else {}
            for body in content.values():
                place = f"{method.upper()} {path.removeprefix('/api/v1')}"
                found |= {f"{place} {name}" for name in _texts(body["schema"], document, "", ())}
    return found


def _texts(
    schema: Mapping[str, Any], document: Mapping[str, Any], path: str, within: tuple[str, ...]
) -> Iterator[str]:
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in within:
            return
        within = (*within, name)
        schema = document["components"]["schemas"][name]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    parts = [part for how in ("allOf", "anyOf", "oneOf") for part in schema.get(how, ())]
    for part in parts:
        yield from _texts(part, document, path, within)
    if "string" in kinds and "enum" not in schema and "format" not in schema:
        yield path
    for name, told in schema.get("properties", {}).items():
        yield from _texts(told, document, f"{path}.{name}".strip("."), within)
    if "items" in schema:
        yield from _texts(schema["items"], document, f"{path}[]", within)
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and more:
        yield from _texts(more, document, f"{path}.*".strip("."), within)
    elif (more is not None and more is not False) or (kinds == ["object"] and "properties" not in schema):
        yield f"{path}.*".strip(".")
    elif not kinds and not parts and "enum" not in schema:
        # Anything at all.
        yield path


def probed(sent: list[tuple[str, str, Any]], document: Mapping[str, Any], mark: str) -> set[str]:
    """Which of these texts were sent with the mark in them, by what was sent: methods, paths, bodies."""
    found: set[str] = set()
    asked = asked_by_the_contract(document)
    rules = [
        (path.removeprefix("/api/v1"), re.compile(re.sub(r"\{\w+\}", "[^/]+", path.removeprefix("/api/v1"))))
        for path in document["paths"]
    ]
    for method, path, body in sent:
        names = set(_marked(body, "", mark))
        for rule, pattern in rules:
            if names and pattern.fullmatch(path):
                found |= {each for each in asked if each in _wide(f"{method} {rule}", names)}
    return found


def _wide(place: str, names: set[str]) -> set[str]:
    """The names, and those that stand for any name below another."""
    parents = {name[: at.start()] for name in names for at in re.finditer(r"\.", name)}
    return {f"{place} {name}" for name in (*names, *(f"{parent}.*" for parent in parents), *("*",))}


def _marked(value: Any, path: str, mark: str) -> Iterator[str]:
    if isinstance(value, str) and mark in value:
        yield path
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _marked(each, f"{path}.{name}".strip("."), mark)
    elif isinstance(value, list):
        for each in value:
            yield from _marked(each, f"{path}[]", mark)


def boxes_of_the_pages() -> set[str]:
    """What the pages' own sources have boxes for, as "admin/UnitActions.vue unit-name".

    The id may hold parts that differ. Raises AssertionError for a box without an id, which no test could name.
    """
    found: set[str] = set()
    for file in sorted(WEB.rglob("*.vue")):
        name = file.relative_to(WEB).as_posix()
        source = file.read_text("utf-8")
        for tag, given in _TAG.findall(source):
            attributes = dict(_ATTRIBUTE.findall(given))
            is_box = tag in _BOXES or (tag == "el-select" and "filterable" in attributes)
            if not is_box or attributes.get("type") in _NO_TEXT or "readonly" in attributes:
                continue
            own = attributes.get("id") or attributes.get(":id")
            assert own, f"{name}: a box without an id: <{tag}{given}>"
            # What is handed through stands where it is handed in.
            if attributes.get(":id") != "id":
                found.add(f"{name} {own}")
    return found


def is_typed(box: str, typed: set[str]) -> bool:
    """Whether a box is among those of these ids."""
    own = box.partition(" ")[2]
    if not own.startswith("`"):
        return own in typed
    pattern = "".join(
        ".+" if part.startswith("${") else re.escape(part)
        for part in re.split(r"(\$\{[^}]*\})", own.strip("`"))
    )
    return any(re.fullmatch(pattern, each) for each in typed)


def ways_around() -> list[str]:
    """Where a source would take a text for markup, or let one type without a box."""
    files = (
        file for kind in ("*.vue", "*.ts") for file in sorted(WEB.rglob(kind)) if file.name != "contract.ts"
    )
    return [
        f"{file.relative_to(WEB)}: {found[0]}"
        for file in files
        for found in _OUTSIDE.finditer(file.read_text("utf-8"))
    ]


def fields_of_the_forms() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each text of each form of each package, with the file that asks it."""
    for file in sorted((ROOT / "bpmn").rglob("*.form")):
        for component in _inner(json.loads(file.read_text("utf-8"))):
            if component.get("type") in TEXTS:
                yield file, component


def _inner(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for component in part.get("components", ()):
        yield component
        yield from _inner(component)
