"""The Chromium of an npm package, unpacked: needs no package of the system and may run as root."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from web.build import HERE, environment, node_home

PACKAGE: Final = HERE / "node_modules" / "@sparticuz" / "chromium"
UNPACKED: Final = HERE.parent / ".build" / "chromium"
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--font-render-hinting=none",
    "--hide-scrollbars",
)
_UNPACK: Final = "import chromium from '@sparticuz/chromium'; chromium.setGraphicsMode = true; await chromium.executablePath()"


def chromium() -> Path:
    """The executable; unpacked on first use, for each version of the package once.

    Raises RuntimeError when the packages of the web app are not installed.
    """
    if not PACKAGE.is_dir():
        raise RuntimeError("the packages of the web app are missing: run `make web`")
    version = _version()
    found = UNPACKED / version / "chromium"
    if not found.exists():
        _unpack(found.parent)
    return found


def _version() -> str:
    return str(json.loads((PACKAGE / "package.json").read_text("utf-8"))["version"])


def _unpack(folder: Path) -> None:
    """Unpack beside the folder, then move: whoever comes at the same time sees all of it or nothing."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    home = node_home()
    aside = Path(tempfile.mkdtemp(prefix="unpacking-", dir=UNPACKED))
    words = [str(home / "bin" / "node"), "--input-type=module", "-e", _UNPACK]
    subprocess.run(words, cwd=HERE, env={**environment(home), "TMPDIR": str(aside)}, check=True)
    try:
        aside.rename(folder)
    except OSError:
        # Somebody else was first; theirs is as good.
        if not (folder / "chromium").exists():
            raise
        shutil.rmtree(aside, ignore_errors=True)
