"""Which language somebody is spoken to in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

OPTION = "--lang"
VARIABLE = "BIHUAN_LANG"
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Language(StrEnum):
    """The languages spoken; Chinese comes first."""

    ZH = "zh"
    EN = "en"


def preferred(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The language asked for: by `--lang`, else by BIHUAN_LANG, else by the locale, else Chinese.

    Help and errors of the command line are spoken before it is parsed, so it is looked at here as plain words.
    """
    for asked in (_asked(arguments), environment.get(VARIABLE, "")):
        if asked in set(Language):
            return Language(asked)
    locale = next((environment[name] for name in _LOCALES if environment.get(name)), "")
    return Language.EN if locale.lower().startswith("en") else Language.ZH


def _asked(arguments: Sequence[str]) -> str:
    found = ""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if word == "--":
            break
        if word == OPTION:
            found = following
        elif word.startswith(f"{OPTION}="):
            found = word.removeprefix(f"{OPTION}=")
    return found
