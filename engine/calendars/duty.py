"""The duty grade in force (平时, 特殊, 战时), written in a file of one line: `grade = "special"`."""

from __future__ import annotations

import tomllib

from engine.calendars.config_text import ConfigProblems, Problem
from engine.calendars.limits import Profile
from engine.misreading import line_of, reason


def read_duty(content: bytes | None, *, file: str) -> Profile:
    """The profile limits start under from now on; 平时 where there is no file.

    Raises ConfigProblems for what is no TOML or names another grade.
    """
    if content is None:
        return Profile.NORMAL
    try:
        return Profile(tomllib.loads(content.decode("utf-8"))["grade"])
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        told = reason(error, placed=False)
        broken = Problem(
            file=file,
            line=line_of(error) or 1,
            key="grade",
            message_zh=f"不是有效的 TOML：{told.zh}",
            message_en=f"not valid TOML: {told.en}",
        )
        raise ConfigProblems([broken]) from error
    except (KeyError, ValueError) as error:
        problem = Problem(
            file=file,
            line=1,
            key="grade",
            message_zh=f"须是 {'、'.join(Profile)} 之一",
            message_en=f"must be one of {', '.join(Profile)}",
        )
        raise ConfigProblems([problem]) from error
