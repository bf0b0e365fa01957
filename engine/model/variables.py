"""Which variables a process can have, and of which types, told from its diagram.

A process says with `bihuan:variables` what comes from outside: what it is started with, and what messages, signals
and jobs bring. With that, its variables are *known*: these, and what its own forms, mappings, scripts, decisions and
instances write. Without the property nothing is said about its variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.feel import FeelSyntaxError, Type
from engine.feel.static import BOOLEAN, NUMBER, STRING, agreed, type_of
from engine.feel.type_parser import type_from
from engine.feel.types import ANY, BUILT_IN
from engine.model.countersign import PROPERTY as COUNTERSIGN
from engine.model.countersign import parse as parse_countersign
from engine.model.decisions import Decisions
from engine.model.definition import Form, MultiInstance, Node, NodeKind, Setting
from engine.model.draft import Draft
from engine.model.forms import INPUTS, component_path, inner

PROPERTY: Final = "bihuan:variables"

_NAME: Final = re.compile(r"[^\W\d]\w*")
_INSTANCES: Final = (
    "loopCounter",
    "numberOfInstances",
    "numberOfActiveInstances",
    "numberOfCompletedInstances",
    "numberOfTerminatedInstances",
)
_LIMIT_EVENT: Final = Type("context", members=(("limit", STRING), ("percent", NUMBER), ("element", STRING)))
_PASSES: Final = 4
"""How often types are worked out from the ones found before: each pass follows one more assignment."""

Path = tuple[str, ...]
Known = dict[str, Type]


@dataclass(kw_only=True, slots=True)
class Declared:
    """What a `bihuan:variables` property says; `wrong` are the parts that are no declaration."""

    types: Known = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def declared(text: str) -> Declared:
    """Read `name, name: type, …`; names alone have any type, several in one line or one a line."""
    found = Declared()
    for part in _parts(text):
        name, colon, written = (piece.strip() for piece in part.partition(":"))
        kind = _type(written) if colon else ANY
        if _NAME.fullmatch(name) is None or name in found.types or kind is None:
            found.wrong.append(part)
        else:
            found.types[name] = kind
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """Everything of a package that can write variables: drafts of processes by key, forms, decisions; its files."""

    drafts: Mapping[str, Draft]
    forms: Mapping[str, Form]
    decisions: Decisions
    files: Mapping[str, bytes]


def known_variables(draft: Draft, world: World) -> Known | None:
    """The variables of a process with their types (Any where they are not certain); None when not declared."""
    text = draft.properties.get(PROPERTY)
    if text is None:
        return None
    outside = declared(text).types
    known: Known = {**dict.fromkeys(_called_names(draft, world), ANY), **outside}
    for _ in range(_PASSES):
        written: dict[str, list[Type]] = {name: [kind] for name, kind in outside.items()}
        for name in _called_names(draft, world):
            written.setdefault(name, []).append(ANY)
        for node in draft.nodes.values():
            for path, kind in _written_by(node, world, known):
                written.setdefault(path[0], []).append(kind if len(path) == 1 else ANY)
        known = {name: ANY if ANY in kinds else agreed(kinds) for name, kinds in written.items()}
    return known


def brings_names(node: Node, drafts: Mapping[str, Draft]) -> bool:
    """Whether the output mappings of a node may read names that only what ended it brings."""
    if node.call is not None:
        child = drafts.get(node.call.process.text or "")
        return child is None or PROPERTY not in child.properties
    if node.work is not None:
        return node.work.form is None
    return node.job is not None or node.event is not None or node.kind is NodeKind.RECEIVE_TASK


def names_inside(node: Node, world: World) -> frozenset[str]:
    """The names only a node's own output mappings see: those of the process it calls."""
    child = None if node.call is None else world.drafts.get(node.call.process.text or "")
    return frozenset() if child is None else frozenset(_own_names(child, world, frozenset()))


def field_types(form: Form) -> Iterator[tuple[Path, Type]]:
    """The variables a form writes with the types of their values; Any for protected and computed ones."""
    yield from _fields(form.schema, (), form)


def _parts(text: str) -> Iterator[str]:
    depth, current = 0, ""
    for character in text + ",":
        depth += (character == "<") - (character == ">")
        if character in ",;\n" and depth <= 0:
            if current.strip():
                yield current.strip()
            current = ""
        else:
            current += character


def _type(text: str) -> Type | None:
    try:
        found = type_from(text)
    except FeelSyntaxError:
        return None
    return found if found.name in BUILT_IN else None


def _written_by(node: Node, world: World, known: Known) -> Iterator[tuple[Path, Type]]:
    for mapping in node.inputs:
        yield mapping.target, _setting_type(mapping.source, known)
    for mapping in node.outputs:
        yield mapping.target, _setting_type(mapping.source, _hidden(known, node, world))
    if node.result_variable:
        yield tuple(node.result_variable.split(".")), _result_type(node, world, known)
    if node.work is not None or node.call is not None:
        yield ("limit_event",), _LIMIT_EVENT
    if node.work is not None and node.work.form is not None and node.work.form in world.forms:
        yield from field_types(world.forms[node.work.form])
    if node.multi is not None:
        yield from _instances(node.multi, known)
    rule = parse_countersign(node.properties.get(COUNTERSIGN, ""))
    if rule is not None:
        yield (rule.vote,), BOOLEAN
        yield (rule.result,), STRING


def _hidden(known: Known, node: Node, world: World) -> Known:
    """What is certain inside output mappings: nothing where the node brings names of its own."""
    return {} if node.call is not None or brings_names(node, world.drafts) else known


def _setting_type(setting: Setting, known: Known) -> Type:
    return STRING if setting.expression is None else type_of(setting.expression.tree, known)


def _result_type(node: Node, world: World, known: Known) -> Type:
    if node.script is not None:
        return type_of(node.script.tree, known)
    model = world.decisions.models.get(node.decision or "")
    return ANY if model is None else model.output(node.decision or "")


def _instances(multi: MultiInstance, known: Known) -> Iterator[tuple[Path, Type]]:
    for name in _INSTANCES:
        yield (name,), NUMBER
    if multi.element is not None:
        source = ANY if multi.collection is None else type_of(multi.collection.tree, known)
        yield tuple(multi.element.split(".")), (source.items if source.name == "list" else None) or ANY
    if multi.output_collection is not None:
        yield tuple(multi.output_collection.split(".")), Type("list")


def _called_names(draft: Draft, world: World) -> list[str]:
    """Names that processes called without output mappings hand up."""
    return sorted(_handed_up(draft, world, frozenset({draft.key})))


def _handed_up(draft: Draft, world: World, seen: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for node in draft.nodes.values():
        child = None if node.call is None else world.drafts.get(node.call.process.text or "")
        if node.call is not None and node.call.propagate_child and not node.outputs and child is not None:
            found |= _own_names(child, world, seen)
    return found


def _own_names(draft: Draft, world: World, seen: frozenset[str]) -> set[str]:
    if draft.key in seen:
        return set()
    names = set(declared(draft.properties.get(PROPERTY, "")).types)
    for node in draft.nodes.values():
        names |= {path[0] for path, _ in _written_by(node, world, {})}
    return names | _handed_up(draft, world, seen | {draft.key})


def _fields(holder: Mapping[str, Any], path: Path, form: Form) -> Iterator[tuple[Path, Type]]:
    for part in inner(holder):
        kind = part.get("type")
        own = (*path, *component_path(part))
        if kind == "group":
            yield from _fields(part, own, form)
        elif kind == "dynamiclist":
            yield own, Type("list")
        elif own and (kind in INPUTS or kind == "expression"):
            yield own, ANY if ".".join(own) in form.masked else _field_type(part)


def _field_type(part: Mapping[str, Any]) -> Type:
    kind = part.get("type")
    if kind in ("textfield", "textarea", "datetime"):
        return STRING
    if kind == "number":
        return STRING if part.get("serializeToString") else NUMBER
    if kind == "checkbox":
        return BOOLEAN
    if kind in ("checklist", "taglist"):
        return Type("list")
    if kind in ("select", "radio"):
        values = part.get("values")
        listed = (
            [one.get("value") for one in values if isinstance(one, dict)] if isinstance(values, list) else []
        )
        return STRING if listed and all(isinstance(one, str) for one in listed) else ANY
    return ANY
