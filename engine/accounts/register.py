"""The register of accounts: opening, changing and closing them, each change in the security log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from engine.accounts.account import (
    BY_ID,
    BY_LOGIN,
    Account,
    account_of,
    checked_login,
    checked_roles,
    find,
    login_form,
)
from engine.accounts.lockout import SECOND, Lockout
from engine.accounts.opaque import Random, one_time_password
from engine.accounts.passwords import Hasher, check_password
from engine.accounts.security_log import Origin, SecurityLog
from engine.accounts.settings import AccountSettings
from engine.cases.clock import Clock
from engine.errors import Conflict, InvalidInput, NotFound
from engine.store import NEVER, Database, Statement, Transaction, insert, new_case_id, update
from engine.store.tables import account_identities, accounts, sessions

_ADD: Final = insert(accounts)
_ADD_IDENTITY: Final = insert(account_identities)
_IDENTITY_OF: Final = Statement(
    sa.select(account_identities.c.subject).where(
        account_identities.c.account_id == sa.bindparam("account_id"),
        account_identities.c.issuer == sa.bindparam("issuer"),
    )
)
_SET_PASSWORD: Final = update(accounts, "password", "password_changed_at", "must_change", "password_until")
_SET: Final = {name: update(accounts, name) for name in ("state", "roles", "person", "locale")}
_END_SESSIONS: Final = Statement(
    sessions.delete().where(
        sessions.c.account_id == sa.bindparam("account_id"),
        sessions.c.session_hash != sa.bindparam("kept_hash"),
    )
)
_NONE_KEPT: Final = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """An account with its one-time password, to be told once and not kept; None where there is none."""

    account: Account
    password: str | None

    def __repr__(self) -> str:
        return f"Opened({self.account!r})"


class Register:
    """All accounts. `origin` says who does something and from where."""

    def __init__(
        self,
        database: Database,
        settings: AccountSettings,
        log: SecurityLog,
        lockout: Lockout,
        hasher: Hasher,
        *,
        clock: Clock,
        random: Random,
    ) -> None:
        self._database = database
        self._settings = settings
        self._log = log
        self._lockout = lockout
        self._hasher = hasher
        self._clock = clock
        self._random = random

    # -- looking -----------------------------------------------------------------------------------

    def by_login(self, login: str) -> Account:
        """An account. Raises NotFound."""
        with self._database.reading() as tx:
            found = find(tx, BY_LOGIN, login=login_form(login))
        return _there(found, login)

    def account(self, account_id: str) -> Account:
        """An account by its id. Raises NotFound."""
        with self._database.reading() as tx:
            found = find(tx, BY_ID, account_id=account_id)
        return _there(found, account_id)

    def all(self, *, after: str = "", limit: int = 1_000) -> list[Account]:
        """Accounts in order of their logins, from the one after a login on."""
        query = sa.select(accounts).where(accounts.c.login > after).order_by(accounts.c.login).limit(limit)
        with self._database.reading() as tx:
            return [account_of(tuple(row)) for row in tx.execute(query)]

    def has_account(self, person: str) -> bool:
        """Whether a member of staff has an account, be it a disabled one."""
        query = sa.select(accounts.c.account_id).where(accounts.c.person == person)
        with self._database.reading() as tx:
            return tx.execute(query.limit(1)).first() is not None

    def has_identity(self, account_id: str, issuer: str) -> bool:
        """Whether an account is linked to an identity of an organisation."""
        with self._database.reading() as tx:
            found = tx.row(_IDENTITY_OF, {"account_id": account_id, "issuer": issuer})
        return found is not None

    # -- changing ----------------------------------------------------------------------------------

    def open(
        self,
        login: str,
        origin: Origin,
        *,
        person: str | None = None,
        roles: Iterable[str] = (),
        with_password: bool = True,
        password: str | None = None,
    ) -> Opened:
        """Open an account; its one-time password, which must be changed at the first sign-in, is told once.

        with_password: False for accounts that sign in elsewhere only. password: one chosen already, such as a
        demonstration's; it is checked like any other and needs no change. Raises InvalidInput for an unusable
        login or password, Conflict for a login or person that has an account.
        """
        form, wanted = checked_login(login), checked_roles(roles)
        if password is not None:
            check_password(password, self._settings.passwords, about=(form,))
        elif not person and not wanted:
            raise InvalidInput.at(
                "roles", message_zh="须关联人员或指定角色", message_en="needs a person or a role"
            )
        told = one_time_password(self._random) if with_password and password is None else None
        now = self._clock()
        chosen = password or told
        row = {
            "account_id": str(new_case_id(now, self._random(8))),
            "login": form,
            "person": person,
            "roles": " ".join(sorted(wanted)),
            "password": None if chosen is None else self._hasher.hash(chosen),
            "password_changed_at": None if chosen is None else now,
            "must_change": int(told is not None),
            "password_until": NEVER if told is None else now + self._settings.passwords.one_time * SECOND,
            "state": "active",
            "locale": None,
            "created_at": now,
            "created_by": origin.actor,
        }
        account = account_of(tuple(row.values()))
        try:
            with self._database.transaction() as tx:
                tx.write(_ADD, row)
                detail = " ".join(sorted(wanted)) + (f" person={person}" if person else "")
                self._note(tx, "account-opened", account, origin, detail.strip())
        except sa.exc.IntegrityError:
            raise Conflict(
                code="accounts.taken",
                message_zh="用户名已被使用，或该人员已有账户",
                message_en="the login is taken, or the person has an account",
            ) from None
        return Opened(account=account, password=told)

    def reset_password(self, account_id: str, origin: Origin) -> Opened:
        """Give an account a new one-time password, told once; its sessions end and a lockout is lifted."""
        account = self.account(account_id)
        told = one_time_password(self._random)
        hashed, now = self._hasher.hash(told), self._clock()
        with self._database.transaction() as tx:
            until = now + self._settings.passwords.one_time * SECOND
            self._keep_password(tx, account, hashed, must_change=1, until=until)
            tx.write(_END_SESSIONS, {"account_id": account.id, "kept_hash": _NONE_KEPT})
            self._lockout.forget(tx, account.login)
            self._note(tx, "password-reset", account, origin)
        return Opened(account=account, password=told)

    def change_password(
        self, account_id: str, old: str, new: str, origin: Origin, *, about: Iterable[str] = (), kept: bytes
    ) -> None:
        """Somebody changes their own password; their other sessions than `kept` (a hash) end.

        Raises InvalidInput, with errors by field, when the old one is wrong or the new one is not good enough,
        LockedOut after too many wrong old ones.
        """
        account = self.account(account_id)
        with self._database.transaction() as tx:
            self._lockout.attempt(tx, account.login, origin.address, self._clock())
        if not self._hasher.matches(account.password, old):
            with self._database.transaction() as tx:
                self._note(tx, "password-refused", account, origin)
            raise InvalidInput.at(
                "old_password", message_zh="原密码不正确", message_en="the present password is wrong"
            )
        with self._database.transaction() as tx:
            self._lockout.succeeded(tx, account.login, origin.address)
        self._check_new(account, old, new, about)
        hashed = self._hasher.hash(new)
        with self._database.transaction() as tx:
            self._keep_password(tx, account, hashed, must_change=0, until=NEVER)
            tx.write(_END_SESSIONS, {"account_id": account.id, "kept_hash": kept})
            self._note(tx, "password-changed", account, origin)

    def set_active(self, account_id: str, active: bool, origin: Origin) -> Account:
        """Disable an account, whose sessions end at once, or let it in again."""
        state = "active" if active else "disabled"
        return self._set(account_id, "state", state, origin, f"account-{'enabled' if active else 'disabled'}")

    def set_roles(self, account_id: str, roles: Iterable[str], origin: Origin) -> Account:
        """Give an account other roles of its own; its sessions end. Raises InvalidInput for unknown ones."""
        text = " ".join(sorted(checked_roles(roles)))
        return self._set(account_id, "roles", text, origin, "account-roles")

    def set_locale(self, account_id: str, locale: str | None, origin: Origin) -> Account:
        """The language of an account's owner: `zh`, `en` or None for the browser's."""
        if locale not in (None, "zh", "en"):
            raise InvalidInput.at("locale", message_zh="应为 zh 或 en", message_en="must be zh or en")
        return self._set(account_id, "locale", locale, origin, "account-locale", end=False)

    def link_person(self, account_id: str, person: str | None, origin: Origin) -> Account:
        """Say whose account it is; its sessions end. Raises Conflict when the person has another."""
        try:
            return self._set(account_id, "person", person, origin, "account-person")
        except sa.exc.IntegrityError:
            raise Conflict(
                code="accounts.taken",
                message_zh="该人员已有账户",
                message_en="the person has an account already",
            ) from None

    def link_identity(self, account_id: str, issuer: str, subject: str, origin: Origin) -> None:
        """Let an account sign in with another organisation's identity. Raises Conflict for one that is linked."""
        account = self.account(account_id)
        row = {
            "issuer": issuer,
            "subject": subject,
            "account_id": account.id,
            "linked_at": self._clock(),
        }
        try:
            with self._database.transaction() as tx:
                tx.write(_ADD_IDENTITY, row)
                self._note(tx, "account-linked", account, origin, issuer)
        except sa.exc.IntegrityError:
            raise Conflict(
                code="accounts.linked",
                message_zh="该外部身份已关联账户",
                message_en="this identity is linked to an account already",
            ) from None

    def _set(
        self, account_id: str, column: str, value: Any, origin: Origin, kind: str, *, end: bool = True
    ) -> Account:
        account = self.account(account_id)
        with self._database.transaction() as tx:
            tx.write(_SET[column], {"key_account_id": account.id, column: value})
            if end:
                tx.write(_END_SESSIONS, {"account_id": account.id, "kept_hash": _NONE_KEPT})
            self._note(tx, kind, account, origin, "" if column == "state" else str(value or ""))
        return self.account(account_id)

    def _check_new(self, account: Account, old: str, new: str, about: Iterable[str]) -> None:
        try:
            check_password(new, self._settings.passwords, about=(account.login, *about))
        except InvalidInput as error:
            raise InvalidInput(
                message_zh=error.message_zh,
                message_en=error.message_en,
                fields={"new_password": error.fields["password"]},
            ) from None
        if new == old:
            raise InvalidInput.at(
                "new_password", message_zh="须与原密码不同", message_en="must differ from the present one"
            )

    def _keep_password(
        self, tx: Transaction, account: Account, hashed: str, *, must_change: int, until: int
    ) -> None:
        row = {
            "key_account_id": account.id,
            "password": hashed,
            "password_changed_at": self._clock(),
            "must_change": must_change,
            "password_until": until,
        }
        tx.write(_SET_PASSWORD, row)

    def _note(self, tx: Transaction, kind: str, account: Account, origin: Origin, detail: str = "") -> None:
        self._log.note(tx, kind, origin, account=account.id, subject=account.login, detail=detail)


def _there(account: Account | None, name: str) -> Account:
    if account is None:
        raise NotFound(
            code="accounts.missing",
            message_zh=f"没有账户：{name[:80]}",
            message_en=f"there is no account {name[:80]}",
        )
    return account
