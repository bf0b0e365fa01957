"""From a cookie or a token to the caller. Knows nothing of Flask, so that every process of ours can use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from api.auth.caller import Caller
from api.auth.refusals import Forbidden
from engine.accounts.account import Account
from engine.accounts.office import Office
from engine.accounts.sessions import Session
from engine.directory.index import Index


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A caller with what they came by. session, account: of a browser; None for machines."""

    caller: Caller
    session: Session | None = None
    account: Account | None = None

    @property
    def must_change_password(self) -> bool:
        """Whether nothing is open but changing the password."""
        return self.account is not None and self.account.must_change


class Authentication:
    """Finds callers of one installation."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def of_session(self, secret: str) -> Arrival | None:
        """Whose session a cookie opens; None when it does not hold, or its person has left."""
        now = self._office.clock()
        found = self._office.sessions.find(secret, now)
        if found is None:
            return None
        session, account, version = found
        scopes = self._office.permissions.of(account.roles)
        roles: Mapping[str, tuple[str, ...]] = {}
        if account.person is not None:
            index = self._office.directory.refresh(seen=version)
            if index.person(account.person, now) is None:
                return None
            roles = _roles(index, account.person, now)
            scopes |= self._office.permissions.of_person(index, account.person, now)
        caller = Caller(
            kind="user",
            account=account.id,
            login=account.login,
            person=account.person,
            roles=roles,
            account_roles=account.roles,
            scopes=frozenset() if account.must_change else scopes,
            locale=_locale(account.locale),
            session=session.id,
        )
        return Arrival(caller=caller, session=session, account=account)

    def of_token(self, secret: str) -> Arrival | None:
        """Which machine a token belongs to; None when it does not hold, or the person it sees with has left."""
        token = self._office.tokens.find(secret)
        if token is None:
            return None
        roles: Mapping[str, tuple[str, ...]] = {}
        scopes = token.scopes
        if token.person is not None:
            index, now = self._office.directory.refresh(), self._office.clock()
            if index.person(token.person, now) is None:
                return None
            roles = _roles(index, token.person, now)
            # Never more than they may do themselves now, whatever it was given when it was made.
            permissions = self._office.permissions
            scopes &= permissions.of_person(index, token.person, now) | permissions.of_machines
        caller = Caller(
            kind="client",
            account=token.id,
            login=token.name,
            person=token.person,
            roles=roles,
            scopes=scopes,
        )
        return Arrival(caller=caller)

    def acting_for(self, caller: Caller, absent: str) -> Caller:
        """The caller standing in for somebody (代理). Raises Forbidden unless the directory says so now."""
        index, now = self._office.directory.index, self._office.clock()
        absents = {row.absent for row in index.standing_in(caller.person, now)} if caller.person else set()
        if absent not in absents:
            raise Forbidden(
                code="auth.not_stand_in",
                message_zh="您目前不是该人员的代理人",
                message_en="you do not stand in for this person now",
            )
        return replace(caller, on_behalf_of=absent)


def _roles(index: Index, person: str, now: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for post in index.posts(person, now):
        if post.behalf_of is None:
            found.setdefault(post.membership.unit, []).append(post.membership.role)
    return {unit: tuple(sorted(roles)) for unit, roles in sorted(found.items())}


def _locale(chosen: str | None) -> Literal["zh", "en"]:
    return "en" if chosen == "en" else "zh"
