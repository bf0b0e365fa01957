"""Reading the TOML of scenario files, with errors that say where."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import InvalidInput
from engine.misreading import reason


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file. Raises InvalidInput for one that is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput.at(
            str(path),
            message_zh=f"不是有效的 TOML：{reason(error).zh}",
            message_en=f"is no TOML: {reason(error).en}",
        ) from error


class Table:
    """One table of a file: its entries are taken by name, and what nobody took is a mistake."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self._left = dict(values)
        self._where = where

    def take(self, name: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """An entry of the kind asked for, or the default."""
        if name not in self._left:
            return default
        value = self._left.pop(name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind not in (bool, object)):
            self.fail(f"“{name}”的写法不对", f'"{name}" is not well written')
        return value

    def need(self, name: str, kind: type | tuple[type, ...]) -> Any:
        """An entry that must be there."""
        if name not in self._left:
            self.fail(f"缺少“{name}”", f'"{name}" is missing')
        return self.take(name, kind)

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of texts, or one text; None when it is not there."""
        value = self.take(name, (str, list))
        if value is None:
            return None
        texts = [value] if isinstance(value, str) else value
        if not all(isinstance(text, str) for text in texts):
            self.fail(f"“{name}”须是文字的列表", f'"{name}" must be a list of texts')
        return tuple(texts)

    def rest(self) -> dict[str, Any]:
        """What was not taken yet; it counts as taken."""
        left, self._left = self._left, {}
        return left

    def done(self) -> None:
        """Raises InvalidInput when an entry was not taken."""
        if self._left:
            name = next(iter(self._left))
            self.fail(f"不认识“{name}”", f'"{name}" is not known here')

    def fail(self, zh: str, en: str) -> NoReturn:
        """Raise InvalidInput for this table."""
        raise InvalidInput.at(self._where, message_zh=zh, message_en=en)
