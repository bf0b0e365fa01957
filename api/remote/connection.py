"""The server a command speaks to, and what its refusals are on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx

from api.client import Client, Refused
from engine.cli.desk import Desk
from engine.cli.elsewhere import Unreachable
from engine.errors import BihuanError, Conflict, InvalidInput, Message, NotFound, Refusal

VARIABLE: Final = "BIHUAN_TOKEN"
TRANSPORTS: Final[dict[str, httpx.BaseTransport]] = {}
"""By server: another way than the network, as tests have it."""


@contextmanager
def connected(desk: Desk) -> Iterator[Client]:
    """A client of the chosen server. Raises InvalidInput without a token, and what the server refuses as the engine would."""
    server = desk.chosen.server or ""
    token = os.environ.get(VARIABLE)
    if not token:
        raise InvalidInput(
            code="server.token",
            message_zh=f"请把令牌放在环境变量 {VARIABLE} 里（由管理员用 bihuan accounts tokens add 签发）",
            message_en=f"put the token into {VARIABLE} (an administrator issues it: bihuan accounts tokens add)",
        )
    try:
        with Client(
            server, token=token, language=desk.say.language.value, transport=TRANSPORTS.get(server)
        ) as client:
            yield client
    except Refused as refused:
        raise _as_engine(refused) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(
            code="server.unavailable",
            message_zh=f"连不上服务器 {server}：{error}",
            message_en=f"the server {server} cannot be reached: {error}",
        ) from None


def _as_engine(refused: Refused) -> BihuanError:
    """What the engine raises for the same reason, so that exit codes are the same on a database and on a server."""
    problem = refused.problem
    code, said = refused.code or "server.refused", str(refused)
    place: Mapping[str, Any] = problem.get("place") or {}
    if refused.status == 404:
        return NotFound(code=code, message_zh=said, message_en=said, place=place)
    if refused.status in (409, 412):
        return Conflict(code=code, message_zh=said, message_en=said, place=place)
    if "errors" in problem:
        fields = {
            name: [Message(zh=text, en=text) for text in texts] for name, texts in problem["errors"].items()
        }
        return InvalidInput(code=code, message_zh=said, message_en=said, place=place, fields=fields)
    if "rule" in problem:
        return Refusal(code=code, message_zh=said, message_en=said, place=place, rule=problem["rule"])
    if refused.status in (401, 403, 429):
        return Refusal(code=code, message_zh=said, message_en=said, place=place, rule=code)
    return InvalidInput(code=code, message_zh=said, message_en=said, place=place)
