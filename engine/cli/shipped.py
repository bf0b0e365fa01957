"""Where the process packages and settings that come along are: beside the code, or where they were installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.errors import NotFound


def shipped(part: str) -> Path | None:
    """A folder that comes along, such as `bpmn/whistle`; None when it was not installed."""
    roots = (Path(__file__).resolve().parents[2], Path(sys.prefix) / "share" / "bihuan")
    return next((root / part for root in roots if (root / part).is_dir()), None)


def settings_folder() -> Path:
    """The settings an operator edits: `BIHUAN_CONFIG`, else those that come along. Raises NotFound."""
    chosen = os.environ.get("BIHUAN_CONFIG")
    found = Path(chosen) if chosen else shipped("config")
    if found is None or not found.is_dir():
        raise NotFound(
            code="config.missing",
            message_zh=f"找不到配置文件夹：{chosen or 'config'}",
            message_en=f"there is no folder of settings: {chosen or 'config'}",
        )
    return found
