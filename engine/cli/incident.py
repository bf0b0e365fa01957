"""What happens to an error nobody foresaw: the person gets a number, the operator a report under it."""

from __future__ import annotations

import hashlib
import os
import platform
import time
import traceback
from pathlib import Path


def report(error: BaseException) -> tuple[str, Path | None]:
    """Write down where and how a command failed; the incident number and the file, if it could be written.

    The file holds the traceback and is readable by its owner alone. It lies in `BIHUAN_INCIDENTS`, by default
    in the user's folder for state.
    """
    text = "".join(traceback.format_exception(error))
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    number = f"{moment}-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:6]}"
    try:
        path = _folder() / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{number}\nPython {platform.python_version()}, {platform.platform()}\n\n{text}")
    except OSError:
        return number, None
    return number, path


def _folder() -> Path:
    chosen = os.environ.get("BIHUAN_INCIDENTS")
    if chosen:
        return Path(chosen)
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "bihuan" / "incidents"
