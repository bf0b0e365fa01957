"""`bihuan init`: a folder with everything an operator edits, to begin from."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.cli.command import argument, command
from engine.cli.desk import Desk
from engine.cli.grammar import Command
from engine.cli.installed import SETTINGS
from engine.cli.shipped import shipped
from engine.errors import InvalidInput, NotFound
from engine.i18n import Catalogue

LEFT = shutil.ignore_patterns("scenarios", "__pycache__", ".DS_Store")
"""What of a process package an installation does not need to begin with."""


def init(say: Catalogue) -> Command:
    """The command."""
    return command("init", say, _run, [argument("folder", "FOLDER")])


def _run(desk: Desk, folder: str) -> None:
    from engine.samples.starter import example_directory, settings_text

    place = Path(folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise InvalidInput.at(
            folder,
            message_zh="文件夹不是空的；请换一个空的或者还没有的",
            message_en="the folder is not empty; take an empty one or one that is not there yet",
        )
    (place / "directory").mkdir(parents=True)
    (place / SETTINGS).write_text(settings_text(), encoding="utf-8")
    for name, content in example_directory().items():
        (place / "directory" / name).write_bytes(content)
    shutil.copytree(_shipped("config"), place / "config", ignore=LEFT)
    (place / "config" / "connectors.example.toml").write_text(_CONNECTORS, encoding="utf-8")
    shutil.copytree(_shipped("bpmn"), place / "packages", ignore=LEFT)
    if desk.chosen.is_json:
        desk.screen.json({"folder": str(place.resolve())})
        return
    desk.screen.remark(desk.say("init.done", folder=folder))
    for step in ("directory", "config", "packages"):
        desk.screen.remark(f"  {desk.say('init.' + step)}")
    desk.screen.remark(desk.say("init.next", folder=folder))


def _shipped(part: str) -> Path:
    found = shipped(part)
    if found is None:
        raise NotFound(
            code="shipped.missing",
            message_zh=f"安装里没有随附的 {part}",
            message_en=f"this installation has no {part} that comes along",
        )
    return found


_CONNECTORS = """\
# 对外连接的例子。要用时改名为 connectors.toml（同一文件夹），说明见 docs/workers.md。
# Examples of connectors; rename to connectors.toml to use them.
#
# [connectors.court]
# url = "https://court.example.cn/api/referrals"
"""
