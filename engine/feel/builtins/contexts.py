"""Context functions (DMN 1.5, 10.3.4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.run import NullResult, Run


@builtin("get value", "m: context, key: string")
def get_value(_run: Run, m: Mapping[str, Any], key: str) -> Any:
    """The value of an entry."""
    if key not in m:
        raise NullResult("member.missing", key)
    return m[key]


@builtin("get entries", "m: context")
def get_entries(run: Run, m: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries as contexts of `key` and `value`."""
    run.charge(len(m))
    return [{"key": key, "value": m[key]} for key in m]


@builtin("context", "entries: list")
def context(run: Run, entries: list[Any]) -> dict[str, Any]:
    """The context made of `key` and `value` pairs; null when a key is missing or given twice."""
    run.charge(len(entries))
    made: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, Mapping) or type(entry.get("key")) is not str or "value" not in entry:
            raise NullResult("value.domain", "context", "key, value")
        if entry["key"] in made:
            raise NullResult("context.duplicate", entry["key"])
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put", "context: context, key: string, value: any!")
def context_put(run: Run, target: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """The context with one entry set."""
    run.charge(len(target))
    return {**target, key: value}


@builtin("context put", "context: context, keys: list, value: any!")
def context_put_at(run: Run, target: Mapping[str, Any], keys: list[Any], value: Any) -> dict[str, Any]:
    """The context with one entry set in the contexts below it that `keys` lead to."""
    if not keys or any(type(key) is not str for key in keys):
        raise NullResult("value.domain", "context put", "keys")
    run.charge(len(target) + len(keys))
    contexts: list[Mapping[str, Any]] = [target]
    for key in keys[:-1]:
        below = contexts[-1].get(key)
        if not isinstance(below, Mapping):
            raise NullResult("member.missing", key)
        run.charge(len(below))
        contexts.append(below)
    changed = value
    for below, key in zip(reversed(contexts), reversed(keys), strict=True):
        changed = {**below, key: changed}
    return dict(changed)


@builtin("context merge", "contexts: list")
def context_merge(run: Run, contexts: list[Any]) -> dict[str, Any]:
    """All entries; of equal keys the last wins."""
    merged: dict[str, Any] = {}
    for one in contexts:
        if not isinstance(one, Mapping):
            raise NullResult("value.domain", "context merge", "contexts")
        run.charge(len(one))
        merged.update(one)
    return merged
