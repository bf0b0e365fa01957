from __future__ import annotations

import re
from pathlib import Path

from engine.feel.builtins import BUILT_INS

_ROOT = Path(__file__).parents[3]
_PAGE = (_ROOT / "docs" / "feel.md").read_text(encoding="utf-8")


def test_the_page_and_the_code_know_the_same_rules() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (_ROOT / "engine" / "dmn").rglob("*.py"))
    used = set(re.findall(r'"(dmn\.[a-z-]+)"', sources))
    assert set(re.findall(r"^\| `(dmn\.[a-z-]+)`", _PAGE, re.MULTILINE)) == used


def test_the_page_names_every_built_in_function() -> None:
    assert {name for name in BUILT_INS if f"`{name}`" not in _PAGE} == set()
