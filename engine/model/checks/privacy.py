"""Protected fields stay out of expressions: their values live in the vault, never in variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.feel import Expression
from engine.model.decisions import Decisions
from engine.model.definition import Form, Node
from engine.model.draft import Draft
from engine.model.findings import Place
from engine.model.source import Use

Path = tuple[str, ...]


def check_privacy(draft: Draft, uses: Iterable[Use], forms: Mapping[str, Form], decisions: Decisions) -> None:
    """Report expressions of a process, and of the decisions it calls, that read a field one of its forms masks.

    An output mapping may keep such a field under its own name. The names under which multi-instance elements and input mappings pass such a field on count as well.
    """
    protected = _protected(draft, forms)
    if not protected:
        return
    for use in uses:
        if use.is_copy:
            # The reference goes on, as it does without mappings; what it stands for is not looked at.
            continue
        for path in sorted(use.expression.paths):
            _check(draft, use.place, path, protected)
    called = dict.fromkeys(node.decision for node in draft.nodes.values())
    for id_ in called:
        if id_ is not None and id_ in decisions.models:
            for place, path in decisions.reads(id_):
                _check(draft, place, path, protected)


def _check(draft: Draft, place: Place, path: Path, protected: Iterable[Path]) -> None:
    if any(path[: len(field)] == field for field in protected):
        name = ".".join(path)
        draft.findings.add(
            "expression.vault",
            place,
            f"表达式读取受保护的字段“{name}”",
            f"the expression reads the protected field {name!r}",
        )


def _protected(draft: Draft, forms: Mapping[str, Form]) -> list[Path]:
    used = [node.work.form for node in draft.nodes.values() if node.work and node.work.form in forms]
    fields = {tuple(name.split(".")) for id_ in used if id_ for name in forms[id_].masked}
    aliases = (
        {alias for node in draft.nodes.values() for alias in _aliases(node, fields)} if fields else set()
    )
    return sorted(fields | aliases)


def _aliases(node: Node, fields: Iterable[Path]) -> Iterable[Path]:
    passed = [(mapping.source.expression, mapping.target) for mapping in node.inputs]
    if node.multi is not None and node.multi.element is not None:
        passed.append((node.multi.collection, tuple(node.multi.element.split("."))))
    for expression, target in passed:
        path = None if expression is None else _plain_path(expression)
        for field in fields:
            if path is not None and len(path) < len(field) and field[: len(path)] == path:
                yield (*target, *field[len(path) :])


def _plain_path(expression: Expression) -> Path | None:
    paths = list(expression.paths)
    return paths[0] if len(paths) == 1 and ".".join(paths[0]) == expression.text.strip() else None
