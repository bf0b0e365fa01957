"""The process: one event loop holds the connections, one thread at a time asks the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from api.auth.authentication import Arrival, Authentication
from api.live.hub import Hub, Listener
from api.live.request import LARGEST, Malformed, Request, head, read_request, whole
from api.observing import logs
from engine.accounts.office import Office
from engine.cli.shipped import settings_folder
from engine.errors import BihuanError
from engine.facade import Engine
from engine.inbox import Tail, viewer_of
from engine.settings import ServiceSettings

PATH: Final = "/api/v1/events"
COOKIES: Final = ("__Host-bihuan", "bihuan")
EVERY: Final = 0.5
"""Seconds between two looks for changes."""
BEAT: Final = 15.0
"""Seconds of silence after which a connection is shown to be alive."""
RENEWED: Final = 60.0
"""Seconds after which it is asked again who somebody is and what they see."""
MOST: Final = 5_000
"""Connections one process holds."""

_AWAY: Final = (sa.exc.SQLAlchemyError, BihuanError, OSError)
"""What it means that the database does not answer, or not as it should."""

_LOG = logging.getLogger("bihuan.live")


def serve(settings: ServiceSettings) -> None:
    """Tell browsers of changes until SIGTERM or SIGINT."""
    from api.app import open_installation

    logs.install(settings.log_level)
    engine = open_installation(settings)
    try:
        asyncio.run(Live(engine, settings).run())
    finally:
        engine.close()


class Live:
    """The process's parts. Raises what `Office.open` raises."""

    def __init__(self, engine: Engine, settings: ServiceSettings) -> None:
        assert engine.directory is not None
        self._engine = engine
        self._settings = settings
        self._directory = engine.directory
        config = Path(settings.config) if settings.config else settings_folder()
        office = Office.open(
            engine.database, engine.directory, config, clock=engine.clock, random=engine.config.random
        )
        self._authentication = Authentication(office)
        self._tail = Tail(engine.database, engine.clock)
        self._hub = Hub()
        # One thread: the tail is not for several, and the loop must never wait for a database.
        self._thread = ThreadPoolExecutor(1, "live-database")
        self.port = settings.live_port

    async def run(self, ready: asyncio.Event | None = None) -> None:
        """Listen until told to stop. ready: set when it listens; `port` is then the one it has."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ValueError, RuntimeError):
            # Only the main thread takes signals; in a test somebody cancels us instead.
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop.set)
        server = await asyncio.start_server(
            self._connected, self._settings.live_host, self._settings.live_port, limit=LARGEST
        )
        self.port = server.sockets[0].getsockname()[1]
        tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._renew())]
        if ready is not None:
            ready.set()
        try:
            await stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            server.close()
            for listener in list(self._hub.listeners):
                self._hub.end(listener)
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                changes = await loop.run_in_executor(self._thread, self._tail.read)
                self._hub.tell(changes)
            except _AWAY:
                # The database is away for a while; who listens goes on listening.
                _LOG.exception("cannot look for changes")
                await asyncio.sleep(5)
            await asyncio.sleep(EVERY)

    async def _renew(self) -> None:
        """Who has signed out, left or changed units is noticed within `RENEWED` seconds."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(RENEWED)
            for listener in list(self._hub.listeners):
                try:
                    found = await loop.run_in_executor(
                        self._thread, self._who, listener.secret, listener.by_token
                    )
                except _AWAY:
                    _LOG.exception("cannot look who listens")
                    break
                if found is None:
                    self._hub.end(listener)
                else:
                    listener.viewer = found.viewer

    def _who(self, secret: str, by_token: bool) -> Listener | None:
        arrival: Arrival | None = (
            self._authentication.of_token(secret) if by_token else self._authentication.of_session(secret)
        )
        if arrival is None or not arrival.caller.may("tasks:read") or arrival.caller.person is None:
            return None
        viewer = viewer_of(self._directory.index, arrival.caller.person, self._engine.clock())
        return Listener(viewer=viewer, secret=secret, by_token=by_token)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await read_request(reader)
            await self._answer(request, writer)
        except (Malformed, TimeoutError):
            writer.write(whole(400))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.path == "/healthz":
            writer.write(whole(200, "ok"))
            return
        if request.path != PATH or request.method != "GET":
            writer.write(whole(404))
            return
        if not request.origin_allowed(self._settings.public_url):
            writer.write(whole(403))
            return
        if len(self._hub.listeners) >= MOST:
            writer.write(whole(503, headers={"Retry-After": "30"}))
            return
        token = request.bearer()
        secret = token or next((found for name in COOKIES if (found := request.cookie(name))), None)
        listener = None
        if secret is not None:
            loop = asyncio.get_running_loop()
            listener = await loop.run_in_executor(self._thread, self._who, secret, token is not None)
        if listener is None:
            writer.write(whole(401, headers=_shared(request)))
            return
        await self._stream(request, listener, writer)

    async def _stream(self, request: Request, listener: Listener, writer: asyncio.StreamWriter) -> None:
        writer.write(
            head(
                200,
                {
                    "Content-Type": "text/event-stream",
                    "Cache-Control": "no-store",
                    "X-Accel-Buffering": "no",
                    "Connection": "close",
                    **_shared(request),
                },
            )
        )
        writer.write(b"retry: 5000\n\nevent: ready\ndata: {}\n\n")
        self._hub.listeners.add(listener)
        try:
            while not listener.closed:
                await writer.drain()
                try:
                    async with asyncio.timeout(BEAT):
                        await listener.waiting.wait()
                except TimeoutError:
                    writer.write(b": alive\n\n")
                    continue
                if not listener.closed:
                    writer.write(listener.take().encode())
        finally:
            self._hub.listeners.discard(listener)


def _shared(request: Request) -> dict[str, str]:
    """Headers that let our own page on another port read the answer."""
    origin = request.headers.get("origin")
    if origin is None:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }
