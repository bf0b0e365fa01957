"""Both languages say the same things, with the same values in them."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import engine
from engine.i18n import Language, catalogue, preferred

CLI = Path(engine.__file__).parent / "cli"
PREFIXES = (
    "report.",
    "report_note.",
    "report_table.",
    "report_column.",
    "indicator.",
    "indicator_formula.",
    "indicator_left_out.",
    "cohort.",
    "order_reason.",
    "order_level.",
    "order_state.",
    "honesty.",
    "flow.",
    "category.",
    "status.",
    "task.",
    "column.",
    "severity.",
    "event.",
    "actor.",
    "demo.",
    "grade.",
    "lifecycle.",
    "interval.",
    "notice.",
)
"""Sections whose keys are put together from data; the tests of the commands speak them."""


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(catalogue(Language.ZH).texts) == list(catalogue(Language.EN).texts)


def test_each_sentence_takes_the_same_values_in_both_languages() -> None:
    chinese, english = catalogue(Language.ZH).texts, catalogue(Language.EN).texts
    assert {key: _names(text) for key, text in chinese.items()} == {
        key: _names(text) for key, text in english.items()
    }


def test_chinese_is_chinese_and_english_is_not() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    untranslated = [key for key, text in catalogue(Language.ZH).texts.items() if not han.search(text)]
    assert untranslated == ["history.and"]
    assert [key for key, text in catalogue(Language.EN).texts.items() if han.search(text)] == []


def test_no_sentence_is_idle() -> None:
    written = _written()
    idle = [
        key
        for key in catalogue(Language.ZH).texts
        if key not in written and not key.startswith(PREFIXES) and not _is_made(key, written)
    ]
    assert idle == []


def test_a_sentence_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalogue(Language.ZH)("nowhere.to_be_found")


def _written() -> set[str]:
    """All texts in the code that speaks: the command line, reports, and the parts above."""
    return {
        node.value
        for folder in (CLI, CLI.parent / "reports", Path("api"), Path("worker"))
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _is_made(key: str, written: set[str]) -> bool:
    """Whether a key is put together from a topic and a name that stand in the code."""
    topic, name = key.split(".")
    if name in {"help", "short", "sound", "found"}:
        return True
    options = {text.lstrip("-").replace("-", "_") for text in written}
    if name in options or (topic == "import" and name.removesuffix("_count") in options):
        return True
    begun = {text for text in written if text.startswith(f"{topic}.") and key.startswith(text)}
    return any(key.removeprefix(text) in options for text in begun)


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "zh"),
        ([], {"LANG": "C.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "en_GB.UTF-8", "BIHUAN_LANG": "zh"}, "zh"),
        (["tasks", "--lang", "en"], {"BIHUAN_LANG": "zh"}, "en"),
        (["--lang=en", "tasks"], {}, "en"),
        (["--lang=en", "--lang", "zh"], {}, "zh"),
        (["start", "--", "--lang", "en"], {}, "zh"),
        (["--lang", "fr"], {"BIHUAN_LANG": "en"}, "en"),
        (["--lang"], {}, "zh"),
    ],
)
def test_the_language_is_the_one_asked_for(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert preferred(arguments, environment) == language


def test_an_error_speaks_in_the_language_of_the_catalogue() -> None:
    class Spoken:
        message_zh = "中"
        message_en = "en"

    assert [catalogue(language).of(Spoken()) for language in Language] == ["中", "en"]
