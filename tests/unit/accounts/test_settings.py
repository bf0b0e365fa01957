"""What an operator writes about signing in, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.accounts.permissions import read_permissions
from engine.accounts.scopes import SCOPES
from engine.accounts.settings import AccountSettings, read_settings
from engine.errors import InvalidInput
from tests.unit.directory.office import DAY, NOW, VOCABULARY, away, office, role

PROVIDER = 'name = "county"\ntitle = "x"\nissuer = "https://sso.example"\nclient_id = "b"\n'


def test_the_shipped_settings_are_the_defaults() -> None:
    assert read_settings(Path("config"), {}) == AccountSettings()


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_settings(tmp_path, {}) == AccountSettings()


def test_a_providers_secret_may_stand_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "accounts.toml").write_text(f"[[providers]]\n{PROVIDER}", "utf-8")
    found = read_settings(tmp_path, {"BIHUAN_OIDC_COUNTY_SECRET": "s"}).provider("county")
    assert found is not None
    assert (found.client_secret, found.title) == ("s", "x")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[password]\n", "password"),
        ("[passwords]\nlongest = 3\n", "passwords.longest"),
        ('[passwords]\nshortest = "ten"\n', "passwords.shortest"),
        ("[sessions]\nidle = -1\n", "sessions.idle"),
        ("[sessions]\nidle = true\n", "sessions.idle"),
        ("providers = 3\n", "providers"),
        ('[[providers]]\nname = "x"\n', "providers[1].title"),
        (f"[[providers]]\n{PROVIDER}".replace("https:", "http:"), "providers[1].issuer"),
        (f"[[providers]]\n{PROVIDER}".replace('"county"', '"a b"'), "providers[1].name"),
        (f'[[providers]]\n{PROVIDER}algorithms = ["HS256"]\n', "providers[1].algorithms"),
        (f'[[providers]]\n{PROVIDER}algorithms = ["none"]\n', "providers[1].algorithms"),
        ("[passwords", "accounts.toml"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "accounts.toml").write_text(text, "utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_settings(tmp_path, {})
    assert refused.value.place["key"] == key


# -- permissions -----------------------------------------------------------------------------------


def test_every_role_of_the_shipped_directory_is_in_the_table_and_every_scope_is_given_or_for_machines() -> (
    None
):
    table = read_permissions(Path("config"), VOCABULARY.roles.by_code)
    assert set(table.by_role) == set(VOCABULARY.roles.by_code)
    given = set().union(*table.by_role.values())
    assert set(SCOPES) - given == {"jobs:work", "messages:send"}


def test_roles_without_case_content_are_given_none() -> None:
    """DOMAIN §2: designers and administrators see no case content, auditors write nothing."""
    table = read_permissions(Path("config"), VOCABULARY.roles.by_code)
    for name in ("admin", "designer"):
        content = {scope for scope in table.of([name]) if scope.startswith(("cases:", "tasks:", "privacy:"))}
        assert content == set()
    writes = {"write", "act", "start", "suspend", "intervene", "deploy", "publish", "resolve", "send", "work"}
    assert not {scope for scope in table.of(["auditor"]) if scope.partition(":")[2] in writes}


def test_a_role_that_is_not_in_the_table_may_do_nothing(tmp_path: Path) -> None:
    (tmp_path / "permissions.toml").write_text('[roles]\nadmin = ["accounts:read"]\n', "utf-8")
    table = read_permissions(tmp_path, ["admin", "mediator"])
    assert table.of(["mediator"]) == frozenset()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[roles]\nking = ["cases:read"]\n', "roles.king"),
        ('[roles]\nadmin = ["cases:rule"]\n', "roles.admin"),
        ('[roles]\nadmin = ["@unknown"]\n', "roles.admin"),
        ('[roles]\nadmin = "cases:read"\n', "roles.admin"),
        ("[groups]\nall = [1]\n", "groups.all"),
        ("[role]\n", "role"),
        ("[", "permissions.toml"),
    ],
)
def test_a_mistake_in_the_table_is_named(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "permissions.toml").write_text(text, "utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_permissions(tmp_path, ["admin"])
    assert refused.value.place["key"] == key


def test_a_stand_in_has_the_scopes_of_acting_roles_only_while_it_lasts() -> None:
    table = read_permissions(Path("config"), VOCABULARY.roles.by_code)
    index = office(role("qian", "T1-centre", "admin"), away("qian", "wang"))
    assert "cases:intervene" in table.of_person(index, "wang", NOW)
    assert "accounts:write" in table.of_person(index, "qian", NOW)
    assert "accounts:write" not in table.of_person(index, "wang", NOW)
    assert "cases:intervene" not in table.of_person(index, "wang", NOW + DAY)
    assert table.of_person(index, "nobody", NOW) == frozenset()
