"""What an operator decides about signing in: `config/accounts.toml`. Times are seconds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

from engine.errors import InvalidInput
from engine.misreading import reason

FILE: Final = "accounts.toml"
DAY: Final = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordSettings:
    """shortest: signs at least. one_time: how long a one-time password holds.

    iterations, memory_kib, lanes: the costs of Argon2id (RFC 9106, section 4: by default its second recommended
    choice); after a change passwords are hashed anew as people sign in. at_once: hashes computed side by side in
    a process, each of which takes the memory.
    """

    shortest: int = 10
    one_time: int = 7 * DAY
    iterations: int = 3
    memory_kib: int = 65_536
    lanes: int = 4
    at_once: int = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class LockoutSettings:
    """account, address: wrong attempts that cost nothing, on one account and from one address.

    first: the delay after one more, doubled with each further one up to `longest`. forget: after so long without a
    wrong attempt they are forgotten.
    """

    account: int = 5
    address: int = 50
    first: int = 30
    longest: int = 900
    forget: int = DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionSettings:
    """idle: without a request for so long a session ends. longest: it ends after so long in any case.

    most: sessions of one account at a time; the one idle longest makes room.
    """

    idle: int = 1_800
    longest: int = 12 * 3_600
    most: int = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class RateSettings:
    """Requests a minute: of one caller, from one address, attempts to sign in from one address.

    Many sit behind one address in an office, hence its larger number. intake, intake_status: requests of the public
    handed in, and looked up or prepared, from one address; intake_code: attempts to open one request. 0: not limited.
    """

    caller: int = 600
    address: int = 6_000
    sign_in: int = 60
    intake: int = 10
    intake_status: int = 60
    intake_code: int = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderSettings:
    """An organisation whose sign-in is trusted (OpenID Connect, code flow with PKCE).

    name: in addresses. title: on the button. issuer: its address. client_id, client_secret: how we are registered
    there; the secret may stand in the environment instead (`BIHUAN_OIDC_<NAME>_SECRET`). scopes: asked for.
    match: how an account is found: `subject`, only by links made before, or by a claim of the id token, such as
    `preferred_username`; the claim's value is then the login, or, for `email`, must be verified. create_links:
    whether the first sign-in by a claim links the subject to the account, so that a name given to somebody else
    later opens nothing. algorithms: of signatures, asymmetric ones only.
    """

    name: str
    title: str
    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: tuple[str, ...] = ("openid", "profile")
    match: str = "subject"
    create_links: bool = True
    algorithms: tuple[str, ...] = ("RS256", "ES256", "PS256", "EdDSA")


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountSettings:
    """All of the file."""

    passwords: PasswordSettings = field(default_factory=PasswordSettings)
    lockout: LockoutSettings = field(default_factory=LockoutSettings)
    sessions: SessionSettings = field(default_factory=SessionSettings)
    rates: RateSettings = field(default_factory=RateSettings)
    providers: tuple[ProviderSettings, ...] = ()

    def provider(self, name: str) -> ProviderSettings | None:
        """The provider of that name."""
        return next((provider for provider in self.providers if provider.name == name), None)


def read_settings(folder: Path, environment: Mapping[str, str]) -> AccountSettings:
    """The settings in a folder; the defaults where it has no such file.

    environment: where the providers' secrets may stand. Raises InvalidInput naming the entry that is wrong.
    """
    path = folder / FILE
    try:
        data = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused(
            FILE, f"不是有效的 TOML：{reason(error).zh}", f"not TOML: {reason(error).en}"
        ) from None
    sections: dict[str, Any] = {
        "passwords": PasswordSettings,
        "lockout": LockoutSettings,
        "sessions": SessionSettings,
        "rates": RateSettings,
    }
    for name in data:
        if name not in (*sections, "providers"):
            raise _refused(name, "不认识的部分", "an unknown section")
    listed = data.get("providers", [])
    if not isinstance(listed, list):
        raise _refused("providers", "应为列表", "must be a list")
    providers = tuple(_provider(f"providers[{n}]", entry, environment) for n, entry in enumerate(listed, 1))
    read = {name: _section(name, data.get(name, {}), kind) for name, kind in sections.items()}
    return AccountSettings(**read, providers=providers)


S = TypeVar("S")


def _section(place: str, given: Any, kind: type[S]) -> S:
    if not isinstance(given, dict):
        raise _refused(place, "应为一组键值", "must be a table")
    known: dict[str, Any] = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]  # only dataclasses come here
    values: dict[str, Any] = {}
    for name, value in given.items():
        where = f"{place}.{name}"
        if name not in known:
            raise _refused(where, "不认识的项", "an unknown key")
        values[name] = _value(where, value, str(known[name].type))
    missing = [name for name, each in known.items() if each.default is MISSING and name not in values]
    if missing:
        raise _refused(f"{place}.{missing[0]}", "必须填写", "is missing")
    return kind(**values)


def _value(place: str, value: Any, kind: str) -> Any:
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "str" and isinstance(value, str):
        return value
    if kind.startswith("tuple") and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise _refused(place, "类型不对", "is of the wrong type")


def _provider(place: str, given: Any, environment: Mapping[str, str]) -> ProviderSettings:
    found = _section(place, given, ProviderSettings)
    if not found.name.isidentifier() or not found.name.isascii():
        raise _refused(f"{place}.name", "应由字母、数字、下划线组成", "must be letters, digits and _")
    loopback = found.issuer.startswith(("http://127.0.0.1", "http://localhost"))
    if not (found.issuer.startswith("https://") or loopback):
        raise _refused(f"{place}.issuer", "应为 https 地址", "must be an https address")
    if any(name.startswith("HS") or name == "none" for name in found.algorithms):
        raise _refused(f"{place}.algorithms", "只允许非对称签名", "only asymmetric signatures are allowed")
    secret = environment.get(f"BIHUAN_OIDC_{found.name.upper()}_SECRET", "")
    if not secret:
        return found
    return ProviderSettings(
        **{each.name: getattr(found, each.name) for each in fields(found) if each.name != "client_secret"},
        client_secret=secret,
    )


def _refused(place: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        code="accounts.settings",
        message_zh=f"{FILE}：{place}：{zh}",
        message_en=f"{FILE}: {place}: {en}",
        place={"file": FILE, "key": place},
    )
