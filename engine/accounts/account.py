"""Accounts: how people sign in. What they may then do follows from the directory and the account's own roles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from engine.errors import InvalidInput
from engine.store import Reading, Statement
from engine.store.tables import account_identities, accounts

ACCOUNT_ROLES: Final = frozenset({"admin", "designer", "auditor"})
"""Roles an account may have without being in the directory."""

_LOGIN: Final = re.compile(r"[^\W_][\w.@+-]{1,63}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """password: its Argon2id hash; None for accounts that sign in elsewhere. password_until: until when a one-time
    password holds (microseconds, as all moments). locale: `zh`, `en` or None for what the browser prefers."""

    id: str
    login: str
    person: str | None
    roles: frozenset[str]
    password: str | None
    password_changed_at: int | None
    must_change: bool
    password_until: int
    active: bool
    locale: str | None
    created_at: int
    created_by: str

    def __repr__(self) -> str:
        return f"Account({self.login!r})"


_COLUMNS: Final = tuple(accounts.c)
BY_LOGIN: Final = Statement(sa.select(*_COLUMNS).where(accounts.c.login == sa.bindparam("login")))
BY_ID: Final = Statement(sa.select(*_COLUMNS).where(accounts.c.account_id == sa.bindparam("account_id")))
BY_IDENTITY: Final = Statement(
    sa.select(*_COLUMNS)
    .join(account_identities, account_identities.c.account_id == accounts.c.account_id)
    .where(
        account_identities.c.issuer == sa.bindparam("issuer"),
        account_identities.c.subject == sa.bindparam("subject"),
    )
)


def login_form(login: str) -> str:
    """The form in which logins are compared: NFKC, case folded, without blanks around."""
    return unicodedata.normalize("NFKC", login).casefold().strip()


def checked_login(login: str) -> str:
    """The form a new login is kept in. Raises InvalidInput for one that cannot be used."""
    form = login_form(login)
    if not _LOGIN.fullmatch(form):
        raise InvalidInput.at(
            "login",
            message_zh="应为 2–64 个字母、汉字、数字或 . @ + - _，首字符不为符号",
            message_en="must be 2 to 64 letters, digits or . @ + - _, the first no mark",
        )
    return form


def checked_roles(roles: Iterable[str]) -> frozenset[str]:
    """The roles. Raises InvalidInput for one an account cannot have."""
    wanted = frozenset(roles)
    for role in sorted(wanted - ACCOUNT_ROLES):
        listed = ", ".join(sorted(ACCOUNT_ROLES))
        raise InvalidInput.at(
            "roles", message_zh=f"“{role}”应为 {listed} 之一", message_en=f'"{role}" must be one of {listed}'
        )
    return wanted


def account_of(row: tuple[Any, ...]) -> Account:
    """The account of a row of the table."""
    (ident, login, person, roles, password, changed, must, until, state, locale, created, by) = row
    return Account(
        id=ident,
        login=login,
        person=person,
        roles=frozenset(roles.split()),
        password=password,
        password_changed_at=changed,
        must_change=bool(must),
        password_until=until,
        active=state == "active",
        locale=locale,
        created_at=created,
        created_by=by,
    )


def find(tx: Reading, statement: Statement, **params: Any) -> Account | None:
    """The account a statement of this module finds."""
    row = tx.row(statement, params)
    return None if row is None else account_of(row)
