"""Which connector does which type of job, as `connectors.toml` says."""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.cases.notices import sentence, word_of
from engine.cases.outbox import Sender
from engine.cli.shipped import settings_folder
from engine.errors import InvalidInput, Message
from engine.i18n import Language, catalogue
from engine.misreading import reason
from engine.settings import ServiceSettings
from worker.connectors.http import Webhook, Wire
from worker.connectors.talk import DingTalk, Mail, Sms, WeCom
from worker.connectors.work import Connector, Work

FILE: Final = "connectors.toml"


class Registry:
    """The connectors of an installation. jobs: job type → connector; notices: what tells people, if anything."""

    def __init__(self, jobs: Mapping[str, Connector], notices: Connector | None = None) -> None:
        self.jobs = dict(jobs)
        self.notices = notices

    @classmethod
    def of(cls, settings: ServiceSettings) -> Registry:
        """The one of an installation; without a file there are no connectors. Raises InvalidInput."""
        folder = Path(settings.config) if settings.config else settings_folder()
        path = folder / FILE
        return cls.read(path.read_text("utf-8")) if path.exists() else cls({})

    @classmethod
    def read(cls, text: str, environment: Mapping[str, str] = os.environ) -> Registry:
        """Read a file's text. Raises InvalidInput, naming the entry that is wrong."""
        try:
            said = tomllib.loads(text)
            wire = _wire(said.get("http", {}))
        except (tomllib.TOMLDecodeError, ValueError, TypeError) as error:
            raise _wrong(FILE, reason(error)) from None
        made: dict[str, Connector] = {}
        for name, entry in said.get("connectors", {}).items():
            try:
                made[name] = _KINDS[entry["kind"]](entry, wire, environment)
            except (KeyError, TypeError, ValueError) as error:
                raise _wrong(f"connectors.{name}", reason(error)) from None
        try:
            jobs = {kind: made[name] for kind, name in said.get("jobs", {}).items()}
            notices = made[said["notices"]] if "notices" in said else None
        except KeyError as error:
            missing = error.args[0]
            told = Message(zh=f"没有连接器“{missing}”", en=f"there is no connector {missing!r}")
            raise _wrong(FILE, told) from None
        return cls(jobs, notices)

    def senders(self, zone: str) -> dict[str, Sender]:
        """What delivers outbox rows that leave the database. zone: in which times are told."""
        notices = self.notices
        if notices is None:
            return {}
        say = catalogue(Language.ZH)

        def moment(micros: int) -> str:
            return f"{datetime.fromtimestamp(micros / 1e6, tz=ZoneInfo(zone)):%Y-%m-%d %H:%M}"

        def tell(key: str, payload: Mapping[str, Any]) -> None:
            kind, facts = payload["kind"], payload["facts"]
            text = sentence(kind, facts, say, moment)
            values = {"to": payload["to"], "subject": word_of(kind, say), "text": text, **payload}
            notices.do(Work(key=key, values=values))

        return {"notice": tell}


def _wire(entry: Mapping[str, Any]) -> Wire:
    return Wire(
        hosts=tuple(entry.get("hosts", ())),
        networks=tuple(ipaddress.ip_network(text) for text in entry.get("networks", ())),
        timeout=float(entry.get("timeout", 10)),
    )


def _secret(entry: Mapping[str, Any], name: str, environment: Mapping[str, str]) -> str:
    """A secret stands in the environment, under the name the file gives; never in the file."""
    named = entry.get(f"{name}_env")
    if named is None:
        return ""
    if not environment.get(named):
        raise ValueError(f"{named} is not set")
    return environment[named]


_Make = Callable[[Mapping[str, Any], Wire, Mapping[str, str]], Connector]
_KINDS: Final[dict[str, _Make]] = {
    "webhook": lambda entry, wire, environment: Webhook(
        wire=wire,
        url=entry["url"],
        secret=_secret(entry, "secret", environment),
        names=tuple(entry.get("values", ())),
    ),
    "email": lambda entry, _, environment: Mail(
        host=entry["host"],
        port=int(entry.get("port", 587)),
        sender=entry["from"],
        user=entry.get("user", ""),
        password=_secret(entry, "password", environment),
        secure=bool(entry.get("starttls", True)),
    ),
    "sms": lambda entry, wire, environment: Sms(
        wire=wire,
        url=entry["url"],
        template=entry["template"],
        headers={"Authorization": _secret(entry, "authorization", environment)}
        if "authorization_env" in entry
        else {},
    ),
    "wecom": lambda entry, wire, _: WeCom(wire=wire, url=entry["url"]),
    "dingtalk": lambda entry, wire, environment: DingTalk(
        wire=wire, url=entry["url"], secret=_secret(entry, "secret", environment)
    ),
}


def _wrong(place: str, told: Message) -> InvalidInput:
    return InvalidInput.at(place, message_zh=f"连接器配置有误：{told.zh}", message_en=f"is wrong: {told.en}")
