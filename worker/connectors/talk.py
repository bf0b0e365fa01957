"""Telling people: e-mail, SMS through any provider's web service, robots of 企业微信 and 钉钉."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, urlsplit

from worker.connectors.http import Wire
from worker.connectors.work import Failed, Refused, Work


@dataclass(frozen=True, kw_only=True)
class Mail:
    """E-mail by SMTP: values `to`, `subject`, `text`. secure: STARTTLS before anything is said."""

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password: str = ""
    secure: bool = True
    timeout: float = 15.0

    def do(self, work: Work) -> Mapping[str, Any]:
        """Send; the same `Message-ID` for each attempt, so that a mailbox can tell."""
        message = EmailMessage()
        try:
            message["From"] = self.sender
            message["To"] = ", ".join(_recipients(work.values.get("to")))
            message["Subject"] = " ".join(str(work.values.get("subject") or "").split())
            digest = hashlib.sha256(work.key.encode()).hexdigest()[:32]
            message["Message-ID"] = f"<{digest}@{self.sender.rpartition('@')[2] or 'bihuan'}>"
        except ValueError as error:
            raise Refused(f"not a message: {error}") from error
        message.set_content(str(work.values.get("text") or ""))
        try:
            with smtplib.SMTP(self.host, self.port, timeout=self.timeout) as server:
                if self.secure:
                    server.starttls()
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
            raise Refused(f"{self.host} refused an address") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Failed(f"{self.host}: {type(error).__name__}") from error
        return {"sent": True}


@dataclass(frozen=True, kw_only=True)
class Sms:
    """SMS by a provider's web service.

    template: the JSON it wants; texts that are `{name}` become the value of that name, `{key}` the idempotency key.
    headers: such as the provider's authorisation.
    """

    wire: Wire
    url: str
    template: Any
    headers: Mapping[str, str]

    def do(self, work: Work) -> Mapping[str, Any]:
        """Send; `response` holds what the provider says."""
        body = json.dumps(_filled(self.template, {**work.values, "key": work.key}), ensure_ascii=False)
        sent = {"Content-Type": "application/json", "Idempotency-Key": work.key, **self.headers}
        answer = self.wire.post(self.url, body.encode(), sent)
        return {"response": {"status": answer.status, "body": answer.json()}}


@dataclass(frozen=True, kw_only=True)
class WeCom:
    """A group robot of 企业微信: value `text`, `mentioned` (a list of user ids)."""

    wire: Wire
    url: str

    def do(self, work: Work) -> Mapping[str, Any]:
        """Send."""
        text = {"content": str(work.values.get("text") or ""), "mentioned_list": _list(work, "mentioned")}
        return _robot(self.wire, self.url, {"msgtype": "text", "text": text})


@dataclass(frozen=True, kw_only=True)
class DingTalk:
    """A group robot of 钉钉, signed with its secret: value `text`, `mentioned` (a list of phone numbers)."""

    wire: Wire
    url: str
    secret: str = ""
    clock: Callable[[], float] = time.time

    def do(self, work: Work) -> Mapping[str, Any]:
        """Send."""
        url = self.url
        if self.secret:
            moment = str(int(self.clock() * 1000))
            signed = hmac.new(self.secret.encode(), f"{moment}\n{self.secret}".encode(), hashlib.sha256)
            sign = quote(base64.b64encode(signed.digest()).decode(), safe="")
            url += f"{'&' if urlsplit(url).query else '?'}timestamp={moment}&sign={sign}"
        body = {
            "msgtype": "text",
            "text": {"content": str(work.values.get("text") or "")},
            "at": {"atMobiles": _list(work, "mentioned")},
        }
        return _robot(self.wire, url, body)


def _robot(wire: Wire, url: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    data = json.dumps(body, ensure_ascii=False).encode()
    said = wire.post(url, data, {"Content-Type": "application/json"}).json()
    code = said.get("errcode") if isinstance(said, dict) else None
    if code == 0:
        return {"sent": True}
    # 45009 and 130101 say: too often within a minute.
    kind = Failed if code in (-1, 45009, 130101) else Refused
    raise kind(f"the robot answered {code}")


def _recipients(value: Any) -> list[str]:
    found = [value] if isinstance(value, str) else list(value or ())
    if not found:
        raise Refused("nobody to send it to")
    return [str(each) for each in found]


def _list(work: Work, name: str) -> Sequence[str]:
    value = work.values.get(name) or []
    return [value] if isinstance(value, str) else [str(each) for each in value]


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, Mapping):
        return {name: _filled(part, values) for name, part in template.items()}
    if isinstance(template, list):
        return [_filled(part, values) for part in template]
    if isinstance(template, str) and template.startswith("{") and template.endswith("}"):
        return values.get(template[1:-1])
    return template
