"""Functions by name: those the host gives, then the built-in ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from engine.feel.builtins import BUILT_INS
from engine.feel.run import Run
from engine.feel.values import Function


def function_named(name: str, run: Run) -> Function | None:
    """The host's function of that name, else the built-in one, else None."""
    host = run.env.functions.get(name)
    if host is not None:
        return _of_host(name, host)
    return BUILT_INS.get(name)


def _of_host(name: str, host: Callable[..., Any]) -> Function:
    def positional(run: Run, values: list[Any]) -> Any:
        if not _accepts(host, len(values), ()):
            return run.null("function.arguments", name)
        return host(*values)

    def named(run: Run, values: dict[str, Any]) -> Any:
        arguments = {key.replace(" ", "_"): value for key, value in values.items()}
        if not _accepts(host, 0, tuple(arguments)):
            return run.null("function.arguments", name)
        return host(**arguments)

    return Function(name=name, parameters=(), call=positional, call_named=named, variadic=True)


@lru_cache(maxsize=512)
def _accepts(host: Callable[..., Any], count: int, names: tuple[str, ...]) -> bool:
    """Whether the host's function can be called so; one without a readable signature is trusted."""
    try:
        inspect.signature(host).bind(*([None] * count), **dict.fromkeys(names))
    except TypeError:
        return False
    except ValueError:
        return True
    return True
