"""`bihuan accounts`: opening and closing accounts, one-time passwords, tokens of machines."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk, actor
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.shipped import settings_folder
from engine.cli.types import File, OneOf, Whole
from engine.errors import BihuanError, InvalidInput, NotFound
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.accounts.account import Account
    from engine.accounts.office import Office
    from engine.accounts.security_log import Origin
    from engine.accounts.tokens import Token

_ROLES = ("admin", "auditor", "designer")


def accounts(say: Catalogue) -> Group:
    """The group."""
    group = Group("accounts", say, name="accounts", params=shared_options(say))
    login = argument("login", "LOGIN")
    add = [
        argument("login", "LOGIN"),
        option(say, "accounts_add", "--person", metavar="ID"),
        option(say, "accounts_add", "--role", type=OneOf(_ROLES, say), multiple=True),
        option(say, "accounts_add", "--elsewhere", is_flag=True),
    ]
    group.add_command(command("create-admin", say, _create_admin, [login], topic="accounts_create_admin"))
    group.add_command(command("add", say, _add, add, topic="accounts_add"))
    everybody = [argument("file", "FILE", type=File())]
    group.add_command(command("add-all", say, _add_all, everybody, topic="accounts_add_all"))
    group.add_command(command("disable", say, _disable, [login], topic="accounts_disable"))
    group.add_command(command("enable", say, _enable, [login], topic="accounts_enable"))
    group.add_command(command("reset-password", say, _reset, [login], topic="accounts_reset_password"))
    group.add_command(command("list", say, _list, topic="accounts_list"))
    group.add_command(_tokens(say))
    return group


def _tokens(say: Catalogue) -> Group:
    group = Group("tokens", say, name="tokens", params=shared_options(say))
    add = [
        argument("name", "NAME"),
        option(say, "tokens_add", "--scope", metavar="SCOPE", multiple=True, required=True),
        option(say, "tokens_add", "--days", type=Whole(say, least=1, most=366), default=90),
        option(say, "tokens_add", "--person", metavar="ID"),
    ]
    group.add_command(command("add", say, _add_token, add, topic="tokens_add"))
    group.add_command(command("list", say, _list_tokens, topic="tokens_list"))
    revoke = [argument("token", "ID")]
    group.add_command(command("revoke", say, _revoke_token, revoke, topic="tokens_revoke"))
    return group


@contextmanager
def _office(desk: Desk) -> Iterator[tuple[Office, Origin]]:
    from engine.accounts.office import Office
    from engine.accounts.security_log import Origin

    with desk.engine() as engine:
        assert engine.directory is not None
        office = Office.open(
            engine.database,
            engine.directory,
            settings_folder(),
            clock=engine.clock,
            random=engine.config.random,
        )
        yield office, Origin(actor=f"cli:{actor()}")


def _create_admin(desk: Desk, login: str) -> None:
    with _office(desk) as (office, origin):
        opened = office.register.open(login, origin, roles=["admin"])
    _tell_password(desk, opened.account, opened.password)


def _add(desk: Desk, login: str, person: str | None, role: tuple[str, ...], elsewhere: bool) -> None:
    with _office(desk) as (office, origin):
        _check_person(office, person)
        opened = office.register.open(login, origin, person=person, roles=role, with_password=not elsewhere)
    _tell_password(desk, opened.account, opened.password)


def _add_all(desk: Desk, file: Path) -> None:
    """An account for each member of staff without one; the passwords go into a file only its owner reads."""
    from engine.intake.formula import neutralise

    made, left = 0, list[str]()
    with _office(desk) as (office, origin), _kept_for_its_owner(file) as target:
        rows = csv.writer(target)
        rows.writerow(
            [desk.say(f"accounts_add_all.{name}") for name in ("login", "name", "units", "password")]
        )
        index, now = office.directory.refresh(), office.clock()
        for person in sorted(index.register.people):
            found = index.person(person, now)
            if found is None or office.register.has_account(person):
                continue
            try:
                opened = office.register.open(found.login, origin, person=person)
            except BihuanError as error:
                left.append(desk.say("accounts_add_all.left", person=person, reason=desk.say.of(error)))
                continue
            units = {post.membership.unit for post in index.posts(person, now)}
            names = sorted(unit.name for each in units if (unit := index.unit(each, now)) is not None)
            told = [neutralise(each) for each in (found.name, "、".join(names))]
            rows.writerow([opened.account.login, *told, opened.password])
            # What was told stays told, whatever becomes of the next.
            target.flush()
            made += 1
    for line in left:
        desk.screen.line(line)
    desk.screen.remark(desk.say("accounts_add_all.done", count=made, file=str(file)))


@contextmanager
def _kept_for_its_owner(file: Path) -> Iterator[TextIO]:
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InvalidInput.at(
            "file",
            message_zh=f"不能新建 {file}：{error.strerror}",
            message_en=f"cannot make {file}: {error.strerror}",
        ) from None
    with os.fdopen(number, "w", encoding="utf-8-sig", newline="") as target:
        yield target


def _disable(desk: Desk, login: str) -> None:
    _set_active(desk, login, active=False)


def _enable(desk: Desk, login: str) -> None:
    _set_active(desk, login, active=True)


def _set_active(desk: Desk, login: str, *, active: bool) -> None:
    with _office(desk) as (office, origin):
        account = office.register.by_login(login)
        account = office.register.set_active(account.id, active, origin)
    if desk.chosen.is_json:
        desk.screen.json(_account_json(desk, account))
    else:
        topic = "accounts_enable" if active else "accounts_disable"
        desk.screen.remark(desk.say(f"{topic}.done", login=account.login))


def _reset(desk: Desk, login: str) -> None:
    with _office(desk) as (office, origin):
        account = office.register.by_login(login)
        opened = office.register.reset_password(account.id, origin)
    _tell_password(desk, opened.account, opened.password)


def _list(desk: Desk) -> None:
    found: list[Account] = []
    with _office(desk) as (office, _):
        while page := office.register.all(after=found[-1].login if found else ""):
            found += page
    if desk.chosen.is_json:
        desk.screen.json({"accounts": [_account_json(desk, account) for account in found]})
        return
    say = desk.say
    columns = [say(f"accounts_list.{name}") for name in ("login", "person", "roles", "state", "since")]
    rows = [
        (
            account.login,
            account.person or "—",
            " ".join(sorted(account.roles)) or "—",
            say("accounts_list.active" if account.active else "accounts_list.disabled"),
            desk.time(account.created_at),
        )
        for account in found
    ]
    if rows:
        desk.screen.table(columns, rows)
    desk.screen.remark(say("accounts_list.all", count=len(rows)))


def _add_token(desk: Desk, name: str, scope: tuple[str, ...], days: int, person: str | None) -> None:
    with _office(desk) as (office, origin):
        _check_person(office, person)
        token, secret = office.tokens.make(name, scope, days, origin, person=person)
    if desk.chosen.is_json:
        desk.screen.json({**_token_json(desk, token), "secret": secret})
        return
    desk.screen.line(secret)
    desk.screen.remark(desk.say("tokens_add.done", name=token.name, until=desk.time(token.expires_at)))


def _list_tokens(desk: Desk) -> None:
    found: list[Token] = []
    with _office(desk) as (office, _):
        now = office.clock()
        while page := office.tokens.all(after=found[-1].id if found else ""):
            found += page
    if desk.chosen.is_json:
        desk.screen.json({"tokens": [_token_json(desk, token) for token in found]})
        return
    say = desk.say
    columns = [say(f"tokens_list.{name}") for name in ("id", "name", "prefix", "scopes", "until", "used")]
    rows = [
        (
            token.id,
            token.name,
            token.prefix,
            " ".join(sorted(token.scopes)),
            desk.time(token.expires_at) if token.holds(now) else say("tokens_list.over"),
            desk.time(token.used_at),
        )
        for token in found
    ]
    if rows:
        desk.screen.table(columns, rows)
    desk.screen.remark(say("tokens_list.all", count=len(rows)))


def _revoke_token(desk: Desk, token: str) -> None:
    with _office(desk) as (office, origin):
        revoked = office.tokens.revoke(token, origin)
    if desk.chosen.is_json:
        desk.screen.json(_token_json(desk, revoked))
    else:
        desk.screen.remark(desk.say("tokens_revoke.done", name=revoked.name))


def _check_person(office: Office, person: str | None) -> None:
    if person is not None and not office.is_employed(person):
        raise NotFound(
            code="accounts.no_person",
            message_zh=f"通讯录中没有这个人员：{person}",
            message_en=f"the directory has no such person: {person}",
        )


def _tell_password(desk: Desk, account: Account, password: str | None) -> None:
    if desk.chosen.is_json:
        desk.screen.json({**_account_json(desk, account), "password": password})
    elif password is None:
        desk.screen.remark(desk.say("accounts_add.elsewhere_done", login=account.login))
    else:
        desk.screen.line(desk.say("accounts_add.done", login=account.login, password=password))
        desk.screen.remark(desk.say("accounts_add.once"))


def _account_json(desk: Desk, account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "login": account.login,
        "person": account.person,
        "roles": sorted(account.roles),
        "active": account.active,
        "must_change_password": account.must_change,
        "created_at": desk.iso(account.created_at),
    }


def _token_json(desk: Desk, token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": sorted(token.scopes),
        "person": token.person,
        "expires_at": desk.iso(token.expires_at),
        "used_at": desk.iso(token.used_at),
        "revoked_at": desk.iso(token.revoked_at),
    }
