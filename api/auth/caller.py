"""Who asks: the caller of the request at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flask import g

from api.auth.refusals import Unauthenticated


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A signed-in person (`user`) or a machine with a token (`client`).

    account: the account's or token's id. login: its name. person: whom of the directory it belongs to; None for
    accounts that only administrate, and for machines. roles: the directory's roles by unit, own ones only.
    account_roles: `admin`, `designer`, `auditor`, as given to the account. scopes: what it may ask for.
    on_behalf_of: for whom the request is made (代理), checked against the directory. locale: `zh` or `en`.
    session: the public id of the browser session.
    """

    kind: Literal["user", "client"]
    account: str
    login: str
    person: str | None = None
    roles: Mapping[str, tuple[str, ...]]
    account_roles: frozenset[str] = frozenset()
    scopes: frozenset[str]
    on_behalf_of: str | None = None
    locale: Literal["zh", "en"] = "zh"
    session: str | None = None

    @property
    def actor(self) -> str:
        """Under which name the case log knows the caller: the person, else `account:<login>` or `client:<name>`."""
        return self.person or f"{'account' if self.kind == 'user' else 'client'}:{self.login}"

    def may(self, scope: str) -> bool:
        """Whether the caller may ask for what a scope allows."""
        return scope in self.scopes

    def has_role(self, role: str) -> bool:
        """Whether the caller has a role in any unit, or by the account."""
        return role in self.account_roles or any(role in roles for roles in self.roles.values())


def current() -> Caller:
    """The caller of this request. Raises Unauthenticated when nobody is signed in."""
    caller = signed_in()
    if caller is None:
        raise Unauthenticated.missing()
    return caller


def signed_in() -> Caller | None:
    """The caller of this request; None when nobody is signed in, which only public endpoints meet."""
    found: Caller | None = g.get("bihuan_caller")
    return found
