"""How an installation runs: one object for the API, the workers and the commands.

Every setting has a default, may stand in a TOML file, and may be set in the environment, which wins.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

from engine.errors import InvalidInput, Message
from engine.misreading import reason

PREFIX: Final = "BIHUAN_"
FILE: Final = "BIHUAN_SETTINGS"
"""The environment's name for the settings file."""

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceSettings:
    """The settings. In the environment `BIHUAN_` and the name in capitals; in the file the name itself.

    Lists are separated by commas in the environment. An empty text in the environment counts as not set.

    database, keyring: addresses (`sqlite:///path`, `postgresql://…`); keyring empty: beside an embedded database.
    pool_size: connections a process keeps to PostgreSQL. zone: time zone in which times are shown and days begin.
    config, packages: folders of calendars, limits and directory words, and of process packages; empty: those that
    come along. data: folder of attachments. scanner: of viruses, see `engine.content.scanning`; empty: none. web: folder of the built web app; empty: the API alone is served.
    signing_key: file of the key that signs the proof tree; empty: beside an embedded database. proof_every: seconds
    between two signed roots.
    redis: address of Redis (`redis://…`, `unix:///path`); empty: none, limits are counted in memory.

    host, port: where the API listens; socket: a Unix socket instead. processes, threads: how many of each answer
    requests. live_host, live_port: where the process of server-sent events listens. live_url: under which address
    browsers reach it; empty: on the host of the page, at `live_port`. public_url: under which address people
    reach the service. allowed_hosts: names it answers to; empty: any. trusted_proxies: how many proxies in front
    are believed what they say of the client. due_soon_hours: how long before it is due a task whose limit reminds of
    nothing is shown as due soon. body_limit, upload_limit: bytes of a request, and of an upload.
    intake_difficulty: zero bits the computer of somebody who sends a public request has to find, 0 to 32; one more
    doubles its work.

    log_level: of the structured log. log_requests: whether every request is a line in it. traces: address of an
    OTLP collector; empty: no traces. metrics_token: who brings it may read `/metrics`; empty: only from this
    machine.
    """

    database: str = "sqlite:///bihuan.db"
    keyring: str = ""
    pool_size: int = 10
    zone: str = "Asia/Shanghai"
    config: str = ""
    packages: str = ""
    data: str = "bihuan-data"
    scanner: str = ""
    web: str = ""
    redis: str = ""
    signing_key: str = ""
    proof_every: int = 300

    host: str = LOOPBACK
    port: int = 8080
    socket: str = ""
    processes: int = 2
    threads: int = 4
    live_host: str = LOOPBACK
    live_port: int = 8081
    live_url: str = ""
    public_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    body_limit: int = 4 * 1024 * 1024
    upload_limit: int = 100 * 1024 * 1024
    intake_difficulty: int = 16
    due_soon_hours: int = 24

    log_level: str = "info"
    log_requests: bool = True
    traces: str = ""
    metrics_token: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, file: Path | None = None) -> Self:
        """The settings in force. file: by default the one `BIHUAN_SETTINGS` names, if any.

        Raises InvalidInput, with errors by setting, for unknown names in the file and for values that are none.
        """
        named = environment.get(FILE)
        path = file or (Path(named) if named else None)
        kinds = {each.name: each.type for each in fields(cls)}
        given: dict[str, Any] = {}
        wrong: dict[str, list[Message]] = {}
        for name, value in _file(path).items():
            if name not in kinds:
                wrong[name] = [Message(zh="没有这项设置", en="there is no such setting")]
                continue
            given[name] = value
        for name in kinds:
            text = environment.get(PREFIX + name.upper(), "")
            if text:
                given[name] = text
        values: dict[str, Any] = {}
        for name, value in given.items():
            try:
                values[name] = _READERS[str(kinds[name])](value)
            except (TypeError, ValueError):
                zh, en = _EXPECTED[str(kinds[name])]
                wrong[name] = [Message(zh=f"应为{zh}", en=f"must be {en}")]
        if wrong:
            raise InvalidInput(
                code="settings.invalid",
                message_zh="设置有误：" + "、".join(sorted(wrong)),
                message_en="these settings are wrong: " + ", ".join(sorted(wrong)),
                fields=wrong,
            )
        return cls(**values)

    def environment(self) -> dict[str, str]:
        """The settings as environment variables, for a process that is to have the same ones."""
        texts = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            PREFIX + name.upper(): ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in texts.items()
            if value not in ("", ())
        }


def _file(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput.at(
            str(path),
            message_zh=f"无法读取设置文件：{reason(error).zh}",
            message_en=f"cannot be read: {reason(error).en}",
        ) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise TypeError
    return int(value)


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = _text(value).lower()
    if word not in _WORDS:
        raise ValueError
    return _WORDS[word]


def _list(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(_text(part) for part in value)


_WORDS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_READERS: Final = {"str": _text, "int": _whole, "bool": _switch, "tuple[str, ...]": _list}
_EXPECTED: Final = {
    "str": ("文本", "a text"),
    "int": ("整数", "a whole number"),
    "bool": ("true 或 false", "true or false"),
    "tuple[str, ...]": ("列表", "a list"),
}
