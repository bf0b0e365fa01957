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
from api.pages import ENDPOINT as PAGE
from engine.accounts.account import ACCOUNT_ROLES
from engine.accounts.permissions import Permissions, read_permissions
from engine.accounts.scopes import SCOPES
from engine.directory.vocabulary import Confidentiality, Role, Sees, Vocabulary, read_vocabulary
from engine.entitlement import SUPERVISING, Part

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Endpoint:
    """A method at an address.

    said: False where the view does not say whom it is for, so that it is closed. part: in the case or task of its
    address, what the caller must have; empty without one.
    """

    rule: str
    method: str
    scopes: tuple[str, ...] = ()
    public: bool = False
    said: bool = True
    part: str = ""

    def admits(self, scopes: Iterable[str]) -> bool:
        """Whether somebody signed in with these scopes passes the gate."""
        return self.public or (self.said and set(self.scopes) <= set(scopes))


RELATIONS: Final = {
    "area": ("在本辖区", "in one's area"),
    "unit": ("本单位主办", "one's unit answers for it"),
    "addressed": ("发至本单位", "sent to one's unit"),
}
"""How a case may belong to somebody through a role."""
_LEVELS: Final = {
    Confidentiality.NORMAL: "普通 normal",
    Confidentiality.SENSITIVE: "敏感 sensitive",
    Confidentiality.CONFIDENTIAL: "保密 confidential",
}
PARTS: Final = {
    Part.READER.value: "whoever sees the case",
    Part.HANDLER.value: "who has the task, or may take it: its candidates (409 while somebody else has it)",
    Part.HOLDER.value: "who has the task",
    Part.SUPERIOR.value: f"who has it not, with a leading role over the place: {', '.join(sorted(SUPERVISING))}",
    Part.SUPERVISOR.value: "who has the task, or such a leading role",
    "own": "anybody: it is about what the caller keeps beside the task",
}
"""The parts in a case or task, and who has each."""


def clearance(role: Role, relation: str) -> Confidentiality | None:
    """Up to which confidentiality a role sees cases that belong to somebody so (`RELATIONS`); None: none of them."""
    if relation == "addressed":
        return role.addressed if role.acts else None
    if role.sees is Sees.AREA or (role.sees is Sees.UNIT and relation == "unit"):
        return role.clearance
    return None


def endpoints(app: Flask) -> list[Endpoint]:
    """All of an application's endpoints, in order of their addresses."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == PAGE:
            # The app's own files, which are there once it is built.
            continue
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
        "## Cases 案件",
        "",
        "Which cases there are for a role, and up to which confidentiality, beside those one is involved in oneself (their",
        "tasks, submissions, copies), whatever the confidentiality. Any other case is 404 at every endpoint, as if there were none.",
        "",
        *_table(
            ("role", *(f"{zh} {en}" for zh, en in RELATIONS.values())),
            [
                (f"`{role}`", *(_level(vocabulary.roles[role], relation) for relation in RELATIONS))
                for role in roles
            ],
        ),
        "",
        "Of a task in a case one sees, an endpoint asks for a part; without it the answer is 403 `not_entitled`:",
        "",
        *_table(("of it", "who"), list(PARTS.items())),
        "",
        "## Endpoints 接口",
        "",
        "*anybody*: no sign-in needed; *signed in*: any account or token; for the rest all scopes named are needed.",
        "*of it*: what part one must have in the case or task named, see above.",
        "",
        *_table(
            ("method", "address", "needs", "of it", "roles that pass"),
            [_row(endpoint, permissions, roles) for endpoint in endpoints(app)],
        ),
    ]
    return "\n".join(parts) + "\n"


def _endpoint(rule: str, method: str, access: Access | None) -> Endpoint:
    if access is None:
        return Endpoint(rule=rule, method=method, said=False)
    about = "<case:" in rule or "<task:task>" in rule
    return Endpoint(
        rule=rule,
        method=method,
        scopes=tuple(sorted(access.scopes)),
        public=access.public,
        part=(access.part or Part.READER.value) if about else "",
    )


def _row(endpoint: Endpoint, permissions: Permissions, roles: Sequence[str]) -> tuple[str, ...]:
    address = f"`{endpoint.rule}`"
    if endpoint.public:
        return endpoint.method, address, "*anybody*", "", "—"
    if not endpoint.said:
        return endpoint.method, address, "*closed*", "", "—"
    needs = " ".join(f"`{scope}`" for scope in endpoint.scopes) or "*signed in*"
    passing = [role for role in roles if endpoint.admits(permissions.by_role[role])]
    return endpoint.method, address, needs, endpoint.part, _named(passing, roles)


def _level(role: Role, relation: str) -> str:
    level = clearance(role, relation)
    return "–" if level is None else _LEVELS[level]


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
