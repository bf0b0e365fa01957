"""`docs/permissions.md`, written from the code: `python -m api.auth.document > docs/permissions.md`.

The permission matrix (every endpoint by every role) is read from here as well, so that what is tested is what is
written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask

from api.auth.access import Access, access_of
from engine.accounts.account import ACCOUNT_ROLES
from engine.accounts.permissions import Permissions, read_permissions
from engine.accounts.scopes import SCOPES
from engine.directory.vocabulary import Vocabulary, read_vocabulary

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Endpoint:
    """A method at an address. access: None where it does not say, so that it is closed."""

    rule: str
    method: str
    scopes: tuple[str, ...] = ()
    public: bool = False
    said: bool = True

    def admits(self, scopes: Iterable[str]) -> bool:
        """Whether somebody signed in with these scopes passes the gate."""
        return self.public or (self.said and set(self.scopes) <= set(scopes))


def endpoints(app: Flask) -> list[Endpoint]:
    """All of an application's endpoints, in order of their addresses."""
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in _METHODS:
            if method in (rule.methods or ()):
                found.append(_endpoint(rule.rule, method, access_of(view, method)))
    return sorted(found)


def written(app: Flask, permissions: Permissions, vocabulary: Vocabulary) -> str:
    """The whole document."""
    roles = [role for role in vocabulary.roles.by_code if role in permissions.by_role]
    parts = [
        "# 权限 Permissions",
        "",
        "<!-- Written by `make docs`; edit `config/permissions.toml` and the endpoints instead. -->",
        "",
        "A permission (scope) opens an endpoint; which cases a person sees there, and with which fields, the directory",
        "decides case by case (DOMAIN §2). Somebody has the scopes of their roles in the directory, of those they stand in",
        f"for as far as these handle cases, and of the roles of their account ({', '.join(sorted(ACCOUNT_ROLES))}). A machine",
        "has those of its token. 权限只决定能否调用接口，能看到哪些案件由通讯录的范围决定。",
        "",
        "## Scopes 权限项",
        "",
        *_table(
            ("scope", "中文", "English"),
            [(f"`{name}`", message.zh, message.en) for name, message in SCOPES.items()],
        ),
        "",
        "## Roles 角色",
        "",
        *_table(
            ("role", "中文", "scopes"),
            [
                (
                    f"`{role}`",
                    vocabulary.roles[role].names[0],
                    " ".join(f"`{scope}`" for scope in SCOPES if scope in permissions.by_role[role]),
                )
                for role in roles
            ],
        ),
        "",
        "## Endpoints 接口",
        "",
        "*anybody*: no sign-in needed; *signed in*: any account or token; for the rest all scopes named are needed.",
        "",
        *_table(
            ("method", "address", "needs", "roles that pass"),
            [_row(endpoint, permissions, roles) for endpoint in endpoints(app)],
        ),
    ]
    return "\n".join(parts) + "\n"


def _endpoint(rule: str, method: str, access: Access | None) -> Endpoint:
    if access is None:
        return Endpoint(rule=rule, method=method, said=False)
    return Endpoint(rule=rule, method=method, scopes=tuple(sorted(access.scopes)), public=access.public)


def _row(endpoint: Endpoint, permissions: Permissions, roles: Sequence[str]) -> tuple[str, ...]:
    address = f"`{endpoint.rule}`"
    if endpoint.public:
        return endpoint.method, address, "*anybody*", "—"
    if not endpoint.said:
        return endpoint.method, address, "*closed*", "—"
    needs = " ".join(f"`{scope}`" for scope in endpoint.scopes) or "*signed in*"
    passing = [role for role in roles if endpoint.admits(permissions.by_role[role])]
    return endpoint.method, address, needs, _named(passing, roles)


def _named(passing: Sequence[str], roles: Sequence[str]) -> str:
    missing = [role for role in roles if role not in passing]
    if not missing:
        return "all"
    if len(missing) < len(passing):
        return "all but " + ", ".join(missing)
    return ", ".join(passing) or "machines only"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def main() -> None:
    """Write the document to standard output."""
    from api.app import create_app
    from engine.cli.shipped import settings_folder
    from engine.installation import open_engine
    from engine.settings import ServiceSettings

    config: Path = settings_folder()
    vocabulary = read_vocabulary((config / "directory.toml").read_bytes())
    with open_engine("sqlite://", config) as engine:
        app = create_app(ServiceSettings(log_requests=False), engine=engine)
        text = written(app, read_permissions(config, vocabulary.roles.by_code), vocabulary)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
