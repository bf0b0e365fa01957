"""The sentences of one language, read from a TOML file beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Protocol

from engine.i18n.language import Language


class Bilingual(Protocol):
    """Anything that carries its own sentence in both languages: errors, findings, problems of a file."""

    @property
    def message_zh(self) -> str:
        """The sentence in Chinese."""

    @property
    def message_en(self) -> str:
        """The sentence in English."""


class Catalogue:
    """Says sentences in one language: `say("deploy.done", count=2)`.

    texts: key → sentence with `{name}` where a value goes.
    """

    def __init__(self, language: Language, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence under `key` with its values. Raises KeyError when there is none."""
        return self.texts[key].format(**values)

    def knows(self, key: str) -> bool:
        """Whether there is a sentence under `key`."""
        return key in self.texts

    def of(self, spoken: Bilingual) -> str:
        """What an error or a finding says of itself, in this language."""
        return spoken.message_zh if self.language is Language.ZH else spoken.message_en


@cache
def catalogue(language: Language) -> Catalogue:
    """The catalogue of a language."""
    data = resources.files("engine.i18n").joinpath(f"{language.value}.toml").read_text("utf-8")
    sections = tomllib.loads(data)
    texts = {f"{name}.{key}": text for name, section in sections.items() for key, text in section.items()}
    return Catalogue(language, texts)
