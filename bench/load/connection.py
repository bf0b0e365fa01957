"""A client that costs little: HTTP/1.1 over one kept connection, by asyncio streams."""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

_LENGTH: Final = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")
_PACKED: Final = re.compile(rb"\r\n[Cc]ontent-[Ee]ncoding: *gzip\b")
_GZIP: Final = 31
"""What zlib calls that form."""
_COOKIE: Final = re.compile(rb"\r\n[Ss]et-[Cc]ookie: *([^=;]+)=([^;\r]*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back; the body is unpacked already. cookies: those that were set."""

    status: int
    body: bytes
    cookies: Mapping[str, str]

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Connection:
    """One connection to a server on this machine; one request at a time."""

    def __init__(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._port = port
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a port of this machine."""
        return cls(port, *await asyncio.open_connection("127.0.0.1", port))

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Ask and wait. Raises OSError or asyncio.IncompleteReadError when the server hangs up meanwhile."""
        if self._reader.at_eof():
            # Servers close what was idle for long; browsers open another one then.
            self._writer.close()
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
        head = await self._reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(head)
        content = await self._reader.readexactly(int(found[1])) if found else b""
        if content and _PACKED.search(head):
            content = zlib.decompress(content, _GZIP)
        cookies = {name.decode(): value.decode() for name, value in _COOKIE.findall(head)}
        return Answer(status=int(head[9:12]), body=content, cookies=cookies)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Somebody with a session. headers: what each of their requests carries."""

    login: str
    headers: Mapping[str, str]


async def sign_in(connection: Connection, login: str, password: str) -> SignedIn:
    """Sign in with a password, as a browser does. Raises RuntimeError when the server says no."""
    body = json.dumps({"login": login, "password": password}).encode()
    answer = await connection.request("POST", "/api/v1/auth/login", {}, body)
    if answer.status != 200:
        raise RuntimeError(f"{login}: {answer.status} {answer.body.decode()}")
    cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
    return SignedIn(login=login, headers={"Cookie": cookie, "X-CSRF-Token": answer.cookies["bihuan_csrf"]})
