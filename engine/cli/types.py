"""What options and arguments may hold, with complaints in the user's language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from engine.i18n import Catalogue

Parameter = click.Parameter | None
Context = click.Context | None


class OneOf(click.ParamType[str]):
    """One of several words."""

    name = "word"

    def __init__(self, words: Sequence[str], say: Catalogue) -> None:
        self._words = tuple(words)
        self._say = say

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How help writes it."""
        return "[" + "|".join(self._words) + "]"

    def convert(self, value: Any, param: Parameter, ctx: Context) -> str:
        """The word itself."""
        if value not in self._words:
            self.fail(self._say("type.one_of", words=" ".join(self._words)), param, ctx)
        return str(value)


class Whole(click.ParamType[int]):
    """A whole number from `least` to `most`."""

    name = "number"

    def __init__(self, say: Catalogue, *, least: int = 0, most: int = 2**31 - 1) -> None:
        self._say = say
        self._least = least
        self._most = most

    def convert(self, value: Any, param: Parameter, ctx: Context) -> int:
        """The number."""
        text = str(value)
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
            self.fail(self._say("type.whole"), param, ctx)
        number = int(text)
        if not self._least <= number <= self._most:
            self.fail(self._say("type.range", least=self._least, most=self._most), param, ctx)
        return number


class Share(click.ParamType[float]):
    """A number above 0, up to 10."""

    name = "share"

    def __init__(self, say: Catalogue) -> None:
        self._say = say

    def convert(self, value: Any, param: Parameter, ctx: Context) -> float:
        """The number."""
        try:
            number = float(value)
        except ValueError:
            number = 0.0
        if not 0 < number <= 10:
            self.fail(self._say("type.share"), param, ctx)
        return number


class Zone(click.ParamType[ZoneInfo]):
    """A time zone by its IANA name."""

    name = "zone"

    def __init__(self, say: Catalogue) -> None:
        self._say = say

    def convert(self, value: Any, param: Parameter, ctx: Context) -> ZoneInfo:
        """The zone."""
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return self.fail(self._say("type.zone"), param, ctx)


class File(click.ParamType[Path]):
    """A path; whoever uses it says what is wrong with it."""

    name = "path"

    def convert(self, value: Any, param: Parameter, ctx: Context) -> Path:
        """The path."""
        return Path(value)
