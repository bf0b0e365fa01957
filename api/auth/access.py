"""What an endpoint asks of its caller, said beside the endpoint. An endpoint that says nothing is closed."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from engine.accounts.scopes import SCOPES

F = TypeVar("F", bound=Callable[..., Any])

_MARK: Final = "_bihuan_access"
SCHEMES: Final[tuple[dict[str, list[str]], ...]] = ({"session": []}, {"token": []})
"""How one signs in, as OpenAPI security requirements."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """scopes: all of them are needed. public: nobody needs to be signed in. part: see `requires`."""

    scopes: frozenset[str] = frozenset()
    public: bool = False
    part: str = ""


def requires(*scopes: str, part: str = "") -> Callable[[F], F]:
    """Mark a view function: its caller is signed in and has all of these scopes; none: being signed in will do.

    part: of a case or task in its address: what part in it the view asks for (`engine.entitlement.Part`), where that is
    more than seeing it; `own` where it is only about what the caller keeps beside it. For the written table; the view
    asks for it.

    Put it on each method of a `MethodView`, in any order with flask-smorest's decorators. Raises ValueError for a
    name that is no scope.
    """
    for scope in scopes:
        if scope not in SCOPES:
            raise ValueError(f"no such scope: {scope}")
    return _marking(Access(scopes=frozenset(scopes), part=part))


def public(view: F) -> F:
    """Mark a view function: anybody may call it."""
    return _marking(Access(public=True))(view)


def access_of(view: Any, method: str) -> Access | None:
    """What a view function, or the method of a view class behind it, asks for; None when it does not say.

    method: of HTTP, in any case. HEAD and OPTIONS without a handler of their own are GET.
    """
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return getattr(view, _MARK, None)
    names = (method.lower(), "get") if method.upper() in ("HEAD", "OPTIONS") else (method.lower(),)
    handler = next((getattr(view_class, name) for name in names if hasattr(view_class, name)), None)
    return getattr(handler, _MARK, None)


def _marking(access: Access) -> Callable[[F], F]:
    def mark(view: F) -> F:
        setattr(view, _MARK, access)
        _document(view, access)
        return view

    return mark


def _document(view: Any, access: Access) -> None:
    apidoc = deepcopy(getattr(view, "_apidoc", {}))
    manual = apidoc.setdefault("manual_doc", {})
    manual["security"] = [] if access.public else list(SCHEMES)
    if access.scopes:
        manual["x-scopes"] = sorted(access.scopes)
    view._apidoc = apidoc
