"""As much of HTTP/1.1 as a stream of events needs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlsplit

LARGEST: Final = 16 * 1024
PATIENCE: Final = 10.0
"""Seconds a browser has to say what it wants."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request without a body. Names of headers are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]

    def cookie(self, name: str) -> str | None:
        """The value of a cookie."""
        try:
            found = SimpleCookie(self.headers.get("cookie", "")).get(name)
        except CookieError:
            return None
        return None if found is None else found.value

    def bearer(self) -> str | None:
        """The token in `Authorization`."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def origin_allowed(self, public_url: str) -> bool:
        """Whether a page of ours asks: none named, on the same host whatever the port, or at the public address."""
        origin = self.headers.get("origin")
        if origin is None:
            return True
        host = urlsplit(f"//{self.headers.get('host', '')}").hostname
        return urlsplit(origin).hostname in {host, urlsplit(public_url).hostname} - {None}


class Malformed(Exception):
    """This is no request we understand."""


async def read_request(reader: asyncio.StreamReader) -> Request:
    """Read a request's head. Raises Malformed, TimeoutError, or asyncio.IncompleteReadError."""
    try:
        async with asyncio.timeout(PATIENCE):
            head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise Malformed from None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Malformed
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise Malformed
        headers[name.strip().lower()] = value.strip()
    return Request(method=words[0], path=words[1].partition("?")[0], headers=headers)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """A response's head."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def whole(status: int, body: str = "", headers: Mapping[str, str] | None = None) -> bytes:
    """A response after which the connection is closed."""
    content = body.encode()
    told = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(content)),
        "Connection": "close",
        **(headers or {}),
    }
    return head(status, told) + content
