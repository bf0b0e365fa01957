"""Signing in with a password, and out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from engine.accounts.account import BY_ID, BY_IDENTITY, BY_LOGIN, Account, find, login_form
from engine.accounts.lockout import Lockout
from engine.accounts.opaque import digest
from engine.accounts.passwords import Hasher
from engine.accounts.refusals import AccountClosed, LockedOut, PasswordExpired, SignInRefused
from engine.accounts.security_log import Origin, SecurityLog
from engine.accounts.sessions import Sessions
from engine.cases.clock import Clock
from engine.store import Database, Transaction, update
from engine.store.tables import accounts

_REHASH: Final = update(accounts, "password")
LONGEST_LOGIN: Final = 256

Employed = Callable[[str], bool]
"""Whether a person is on the staff now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """secret: for the cookie; nothing else keeps it."""

    account: Account
    secret: str

    def __repr__(self) -> str:
        return f"SignedIn({self.account!r})"


class SigningIn:
    """How somebody comes by a session."""

    def __init__(
        self,
        database: Database,
        log: SecurityLog,
        lockout: Lockout,
        hasher: Hasher,
        sessions: Sessions,
        *,
        clock: Clock,
        employed: Employed,
    ) -> None:
        self._database = database
        self._log = log
        self._lockout = lockout
        self._hasher = hasher
        self._sessions = sessions
        self._clock = clock
        self._employed = employed

    def with_password(
        self, login: str, password: str, origin: Origin, *, replacing: str | None = None
    ) -> SignedIn:
        """Sign in. replacing: the secret of the browser's former session, which ends.

        Raises SignInRefused alike for a login that does not exist and a wrong password; AccountClosed and
        PasswordExpired only to who knows the password; LockedOut without looking at it.
        """
        form = login_form(login[:LONGEST_LOGIN])
        account = self._attempted(form, origin)
        right = self._hasher.matches(account.password if account else None, password)
        if account is None or not right:
            self._refused(account, origin, "password")
            raise SignInRefused
        now = self._clock()
        if now >= account.password_until:
            self._refused(account, origin, "expired")
            raise PasswordExpired
        self._check_open(account, origin)
        rehashed = self._rehashed(account, password)
        with self._database.transaction() as tx:
            self._lockout.succeeded(tx, form, origin.address)
            if rehashed is not None:
                tx.write(_REHASH, {"key_account_id": account.id, "password": rehashed})
            secret = self._begin(tx, account, origin, "password", replacing)
        return SignedIn(account=account, secret=secret)

    def with_identity(
        self, issuer: str, subject: str, origin: Origin, *, login: str | None = None
    ) -> tuple[Account, bool]:
        """The account of an identity another organisation vouches for, and whether it was found by its link.

        login: what a claim says the login is, used where the identity is not linked. Raises SignInRefused when
        there is no account, AccountClosed when it is not open.
        """
        with self._database.reading() as tx:
            account = find(tx, BY_IDENTITY, issuer=issuer, subject=subject)
            linked = account is not None
            if account is None and login:
                account = find(tx, BY_LOGIN, login=login_form(login[:LONGEST_LOGIN]))
        if account is None:
            self._refused(None, origin, f"identity {issuer}")
            raise SignInRefused
        self._check_open(account, origin)
        return account, linked

    def begin(self, account: Account, origin: Origin, how: str, *, replacing: str | None = None) -> SignedIn:
        """A session for somebody whose identity is certain already. how: for the log."""
        with self._database.transaction() as tx:
            secret = self._begin(tx, account, origin, how, replacing)
        return SignedIn(account=account, secret=secret)

    def renew(self, account: str, origin: Origin, secret: str) -> SignedIn:
        """Another id for a session, after its owner's password changed."""
        with self._database.transaction() as tx:
            found = find(tx, BY_ID, account_id=account)
            if found is None:
                raise SignInRefused
            self._sessions.end(tx, digest("session", secret))
            fresh = self._sessions.begin(tx, account, origin, self._clock())
        return SignedIn(account=found, secret=fresh)

    def sign_out(self, account: Account, origin: Origin, secret: str, *, everywhere: bool = False) -> None:
        """End the session of a cookie, or all of its account."""
        with self._database.transaction() as tx:
            if everywhere:
                self._sessions.end_all(tx, account.id)
            self._sessions.end(tx, digest("session", secret))
            detail = "everywhere" if everywhere else ""
            self._log.note(tx, "sign-out", origin, account=account.id, subject=account.login, detail=detail)

    def _attempted(self, form: str, origin: Origin) -> Account | None:
        try:
            with self._database.transaction() as tx:
                self._lockout.attempt(tx, form, origin.address, self._clock())
                return find(tx, BY_LOGIN, login=form)
        except LockedOut:
            with self._database.transaction() as tx:
                self._tell(tx, find(tx, BY_LOGIN, login=form), origin, "locked")
            raise

    def _check_open(self, account: Account, origin: Origin) -> None:
        if not account.active or (account.person is not None and not self._employed(account.person)):
            self._refused(account, origin, "closed")
            raise AccountClosed

    def _rehashed(self, account: Account, password: str) -> str | None:
        if account.password is None or not self._hasher.is_outdated(account.password):
            return None
        return self._hasher.hash(password)

    def _begin(
        self, tx: Transaction, account: Account, origin: Origin, how: str, replacing: str | None
    ) -> str:
        now = self._clock()
        self._lockout.prune(tx, now)
        if replacing:
            self._sessions.end(tx, digest("session", replacing))
        self._log.note(tx, "sign-in", origin, account=account.id, subject=account.login, detail=how)
        return self._sessions.begin(tx, account.id, origin, now)

    def _refused(self, account: Account | None, origin: Origin, why: str) -> None:
        with self._database.transaction() as tx:
            self._tell(tx, account, origin, why)

    def _tell(self, tx: Transaction, account: Account | None, origin: Origin, why: str) -> None:
        # An unknown login is not written down: it may be a password typed into the wrong field.
        self._log.note(
            tx,
            "sign-in-refused",
            origin,
            account=account.id if account else None,
            subject=account.login if account else "",
            detail=why,
        )
