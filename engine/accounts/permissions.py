"""Which role may ask for what: `config/permissions.toml`, the one table of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.accounts.scopes import SCOPES, unknown
from engine.directory.index import Index
from engine.errors import InvalidInput
from engine.misreading import reason

FILE: Final = "permissions.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Permissions:
    """The scopes of each role. A role that is not in the table has none."""

    by_role: Mapping[str, frozenset[str]]

    def of(self, roles: Iterable[str]) -> frozenset[str]:
        """What somebody with these roles may ask for."""
        return frozenset(scope for role in roles for scope in self.by_role.get(role, ()))

    @property
    def of_machines(self) -> frozenset[str]:
        """What no role has: asked for by machines alone."""
        return frozenset(SCOPES).difference(*self.by_role.values())

    def of_person(self, index: Index, person: str, at: int) -> frozenset[str]:
        """What somebody may ask for by the directory at a moment.

        As a stand-in they have the scopes of roles that handle cases; an administrator's are not passed on.
        """
        acting = index.vocabulary.acting
        posts = index.posts(person, at)
        return self.of(
            {
                post.membership.role
                for post in posts
                if post.behalf_of is None or post.membership.role in acting
            }
        )


def read_permissions(folder: Path, roles: Iterable[str]) -> Permissions:
    """The table in a folder. roles: of the directory's vocabulary.

    Raises InvalidInput naming the entry for an unknown scope, role or group of scopes.
    """
    path = folder / FILE
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused(FILE, f"无法读取：{reason(error).zh}", f"cannot be read: {reason(error).en}") from None
    groups = {name: _scopes(f"groups.{name}", given, {}) for name, given in data.pop("groups", {}).items()}
    table = data.pop("roles", {})
    if data or not isinstance(table, dict):
        raise _refused(next(iter(data), "roles"), "不认识的部分", "an unknown section")
    known = set(roles)
    for role in table:
        if role not in known:
            raise _refused(f"roles.{role}", "通讯录词汇表中没有这个角色", "the directory has no such role")
    return Permissions(
        by_role={role: _scopes(f"roles.{role}", given, groups) for role, given in table.items()}
    )


def _scopes(place: str, given: Any, groups: Mapping[str, frozenset[str]]) -> frozenset[str]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise _refused(place, "应为文本列表", "must be a list of texts")
    found: set[str] = set()
    for each in given:
        found |= groups.get(each.removeprefix("@"), frozenset()) if each in _named(groups) else {each}
    wrong = unknown(found)
    if wrong:
        known = ", ".join(SCOPES)
        raise _refused(place, f"没有权限 {wrong[0]}（可用 {known}）", f"there is no {wrong[0]} (use {known})")
    return frozenset(found)


def _named(groups: Mapping[str, frozenset[str]]) -> set[str]:
    return {f"@{name}" for name in groups}


def _refused(place: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        code="accounts.permissions",
        message_zh=f"{FILE}：{place}：{zh}",
        message_en=f"{FILE}: {place}: {en}",
        place={"file": FILE, "key": place},
    )
