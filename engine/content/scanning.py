"""Looking for viruses while a file comes in: by clamd, or by a command of the operator's choice.

Where a scanner is configured, a file that could not be scanned is not accepted.
"""

from __future__ import annotations

import shlex
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol
from urllib.parse import urlsplit

from engine.errors import BihuanError, InvalidInput

SECONDS: Final = 60.0
_CLEAN, _INFECTED = 0, 1


class ScanFailed(BihuanError):
    """The scanner did not answer, so the file was not accepted."""

    default_code = "attachment.scan"


class Scan(Protocol):
    """The scan of one file."""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. Raises ScanFailed."""

    def finish(self) -> None:
        """Say whether the file is clean. Raises InvalidInput when it is not, ScanFailed when nobody knows."""

    def close(self) -> None:
        """Let go of the scanner, at any time."""


Scanner = Callable[[], Scan]


def scanner_of(setting: str) -> Scanner | None:
    """The scanner a setting names; None for an empty one.

    setting: `clamd://host:3310`, `clamd:///run/clamd.sock`, or `command:` and a command line that reads the file
    from its standard input and ends with 0 for clean, 1 for infected. Raises InvalidInput for anything else.
    """
    if not setting:
        return None
    if setting.startswith("command:"):
        arguments = shlex.split(setting.removeprefix("command:"))
        if arguments:
            return lambda: CommandScan(arguments)
    parts = urlsplit(setting)
    if parts.scheme == "clamd" and (parts.hostname or parts.path):
        host, port, path = parts.hostname, parts.port or 3310, parts.path
        return lambda: ClamdScan(path if host is None else (host, port))
    raise InvalidInput.at(
        "scanner", message_zh="应为 clamd:// 地址或 command:命令", message_en="clamd://… or command:…"
    )


class ClamdScan:
    """The INSTREAM command of clamd: pieces led by their length, an empty one at the end, then one line back."""

    def __init__(self, address: str | tuple[str, int], *, seconds: float = SECONDS) -> None:
        try:
            if isinstance(address, str):
                self._socket = _unix(address, seconds)
            else:
                self._socket = socket.create_connection(address, timeout=seconds)
        except OSError as error:
            raise _failed(str(error)) from error
        try:
            self._socket.sendall(b"zINSTREAM\0")
        except OSError as error:
            self._socket.close()
            raise _failed(str(error)) from error

    def feed(self, chunk: bytes) -> None:
        """Send the next bytes."""
        if not chunk:
            return
        try:
            self._socket.sendall(len(chunk).to_bytes(4, "big") + chunk)
        except OSError as error:
            raise _failed(str(error)) from error

    def finish(self) -> None:
        """Hear what clamd says."""
        answer = b""
        try:
            self._socket.sendall(bytes(4))
            while not answer.endswith(b"\0") and len(answer) < 4_096 and (part := self._socket.recv(4_096)):
                answer += part
        except OSError as error:
            raise _failed(str(error)) from error
        text = answer.rstrip(b"\0").decode("utf-8", "replace").strip()
        if text.endswith(" FOUND"):
            raise _infected()
        if not text.endswith(" OK"):
            raise _failed(text or "no answer")

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


class CommandScan:
    """A command that reads the file from its standard input."""

    def __init__(self, arguments: list[str], *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        try:
            # The command line is the operator's own; no shell reads it.
            self._process = subprocess.Popen(  # noqa: S603
                arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise _failed(str(error)) from error

    def feed(self, chunk: bytes) -> None:
        """Hand the next bytes to the command."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(chunk)
        except BrokenPipeError:
            # It has seen enough; its exit code says what.
            return

    def finish(self) -> None:
        """Hear how the command ended."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            code = self._process.wait(self._seconds)
        except subprocess.TimeoutExpired:
            raise _failed("timed out") from None
        if code == _INFECTED:
            raise _infected()
        if code != _CLEAN:
            raise _failed(f"exit code {code}")

    def close(self) -> None:
        """End the command if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None and not self._process.stdin.closed:
            with suppress(BrokenPipeError):
                self._process.stdin.close()


def _unix(path: str, seconds: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _infected() -> InvalidInput:
    return InvalidInput.at("file", message_zh="文件带有病毒，未接收", message_en="the file is infected")


def _failed(reason: str) -> ScanFailed:
    return ScanFailed(
        message_zh="病毒扫描不可用，文件未接收",
        message_en=f"the file could not be scanned and was not accepted: {reason}",
    )
