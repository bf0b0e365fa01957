"""Where the process packages and settings that come along are: beside the code, or where they were installed."""

from __future__ import annotations

import sys
from pathlib import Path


def shipped(part: str) -> Path | None:
    """A folder that comes along, such as `bpmn/whistle`; None when it was not installed."""
    roots = (Path(__file__).resolve().parents[2], Path(sys.prefix) / "share" / "bihuan")
    return next((root / part for root in roots if (root / part).is_dir()), None)
