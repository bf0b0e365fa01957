"""Requests to allowed hosts alone, to the very address that was checked, signed.

The name is resolved once, every address it has is checked, and the connection goes to one of those: a name that is
resolved otherwise a moment later leads nowhere else. Redirects are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from worker.connectors.work import Failed, Refused, Work

LARGEST_ANSWER: Final = 1024 * 1024
AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body read as JSON, as text where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, kw_only=True)
class Wire:
    """The way out.

    hosts: names that may be reached, `*.example.org` for those below one. networks: private ranges that may be
    reached nevertheless. timeout: seconds for the whole exchange.
    """

    hosts: Sequence[str] = ()
    networks: Sequence[Network] = ()
    timeout: float = 10.0
    resolve: Resolve | None = None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send; the answer. Raises Refused for an address that is not allowed or an answer that says no, Failed
        for everything that may be otherwise next time."""
        place = urlsplit(url)
        host = (place.hostname or "").lower()
        if place.scheme not in ("http", "https") or not host or place.username is not None:
            raise Refused(f"not an address of a web service: {place.scheme}://{host}")
        if not any(_matches(host, pattern) for pattern in self.hosts):
            raise Refused(f"the host {host} is not on the list of allowed ones")
        port = place.port or (443 if place.scheme == "https" else 80)
        address = self._address(host, port)
        path = (place.path or "/") + (f"?{place.query}" if place.query else "")
        try:
            return self._exchange(place.scheme, host, port, address, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"{host}: {type(error).__name__}") from error

    def _address(self, host: str, port: int) -> str:
        try:
            found = (self.resolve or _resolve)(host, port)
        except OSError as error:
            raise Failed(f"the name {host} cannot be resolved") from error
        for text in found:
            address = ipaddress.ip_address(text.partition("%")[0])
            if not self._may_reach(address):
                raise Refused(f"{host} leads to {address}, which is no public address and not allowed")
        if not found:
            raise Failed(f"the name {host} has no address")
        return found[0]

    def _may_reach(self, address: Address) -> bool:
        mapped = getattr(address, "ipv4_mapped", None)
        plain: Address = mapped or address
        if any(plain.version == network.version and plain in network for network in self.networks):
            return True
        return plain.is_global and not plain.is_multicast

    def _exchange(
        self,
        scheme: str,
        host: str,
        port: int,
        address: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Answer:
        deadline = time.monotonic() + self.timeout
        raw = socket.create_connection((address, port), timeout=self.timeout)
        try:
            if scheme == "https":
                raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
            connection = http.client.HTTPConnection(host, port, timeout=self.timeout)
            connection.sock = raw
            connection.request("POST", path, body, {"Host": _host(host, port, scheme), **headers})
            response = connection.getresponse()
            answer = Answer(status=response.status, body=_read(response, raw, deadline))
        finally:
            raw.close()
        if answer.status in AGAIN:
            raise Failed(f"{host} answered {answer.status}")
        if not 200 <= answer.status < 300:
            raise Refused(f"{host} answered {answer.status}")
        return answer


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Sends what a task sees as JSON, signed.

    secret: of the signature; empty: unsigned. names: which values are sent; empty: all.
    """

    wire: Wire
    url: str
    secret: str = ""
    names: Sequence[str] = ()
    clock: Callable[[], float] = time.time

    def do(self, work: Work) -> Mapping[str, Any]:
        """Send; `response` holds status and body."""
        values = {name: work.values.get(name) for name in self.names} if self.names else dict(work.values)
        body = json.dumps({"id": work.key, "values": values}, ensure_ascii=False, default=str).encode()
        moment = str(int(self.clock()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Bihuan",
            "Idempotency-Key": work.key,
            "Bihuan-Id": work.key,
            "Bihuan-Timestamp": moment,
        }
        if self.secret:
            headers["Bihuan-Signature"] = "v1=" + signature(self.secret, work.key, moment, body)
        answer = self.wire.post(self.url, body, headers)
        return {"response": {"status": answer.status, "body": answer.json()}}


def signature(secret: str, key: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) over id, time in seconds and body, joined by dots; hexadecimal."""
    signed = f"{key}.{moment}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _matches(host: str, pattern: str) -> bool:
    pattern = pattern.lower()
    return host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]))


def _resolve(host: str, port: int) -> Sequence[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _host(host: str, port: int, scheme: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == {"http": 80, "https": 443}[scheme] else f"{shown}:{port}"


def _read(response: http.client.HTTPResponse, raw: socket.socket, deadline: float) -> bytes:
    body = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        raw.settimeout(left)
        piece = response.read1(65_536)
        if not piece:
            return bytes(body)
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise Refused(f"the answer is longer than {LARGEST_ANSWER} bytes")
