"""The rules are documented, and each of them is exercised by a test."""

from __future__ import annotations

import re
from pathlib import Path

from engine.model.forms import MASKS
from engine.model.properties import PROPERTIES
from engine.model.rules import RULES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "model-rules.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| (.*) \|$", re.MULTILINE)


def test_the_page_lists_exactly_the_rules_with_their_severity_and_text() -> None:
    rows = dict(row for row in ROW.findall(PAGE.partition("## Properties")[0]))
    assert rows == {
        rule.id: f"{rule.severity.value} {'错误' if rule.severity == 'error' else '警告'} | {rule.zh} | {rule.en}"
        for rule in RULES.values()
    }


def test_the_page_lists_exactly_the_properties() -> None:
    rows = dict(row for row in ROW.findall(PAGE.partition("## Properties")[2]))
    assert rows == {
        name: f"{known.zh} | {known.en} | {', '.join(sorted(known.places))}"
        for name, known in PROPERTIES.items()
    }
    assert ", ".join(sorted(MASKS)) in PAGE


def test_every_rule_is_broken_by_a_test() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [rule for rule in RULES if f'"{rule}"' not in text] == []


def test_rule_ids_are_stable_words() -> None:
    assert all(re.fullmatch(r"[a-z]+\.[a-z-]+", rule) for rule in RULES)
