"""Hostile input ends in a clear finding, an incident or a typed refusal, within two seconds and 500 MB.

The attacks are in `tests.integration.victim`; each runs in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.victim import ATTACKS

SECONDS = 6.0  # two on a quiet machine; the rest is for a busy one
MEGABYTES = 500

FEEL_BOMB = {"expression.failed"}
HARMLESS = {"active"}
"""The expression has an answer (null, a number) after all, and the case goes on."""
REFUSED = {"InvalidInput invalid_input"}
STOPPED = {"step-budget"}

EXPECTED: dict[str, set[str]] = {
    "external_entity": {"file.xml"},
    "entity_bomb": {"file.xml"},
    "fifty_megabytes": {"file.xml"},
    "ten_thousand_levels": {"file.xml"},
    "hundred_thousand_elements": {"file.xml"},
    "invalid_utf_8": {"file.xml"},
    "other_encoding": {"file.xml"},
    "no_xml": {"file.xml"},
    "nothing": {"file.xml"},
    "reserved_id": {"id.reserved"},
    "negative_duration": {"timer.syntax"},
    "deep_expression": {"expression.syntax"},
    "long_expression": {"file.xml"},
    "many_files": {"file.no-process"},
    "deep_form": {"form.file"},
    "huge_form": {"form.file"},
    "dmn_entity": {"decision.file"},
    "dmn_huge": {"decision.file"},
    "name_with_path": {"file.ending"},
    "endless_loop": STOPPED,
    "token_explosion": STOPPED,
    "range_bomb": HARMLESS,
    "power_bomb": HARMLESS,
    "pattern_bomb": HARMLESS,
    "decision_bomb": {"decision.failed"},
    "billion_instances": {"multi.too-many"},
    "billion_in_sequence": {"multi.too-many"},
    "instances_of_instances": {"multi.too-many", *STOPPED},
    "calls_itself": {"scope-depth"},
    "calls_itself_twice": STOPPED,
    "signal_storm": STOPPED,
    "message_flood": {"active"},
    "kept_message_flood": {"completed"},
    "message_cascade": {"stopped"},
    "deep_variables": REFUSED,
    "huge_variable": REFUSED,
    "many_variables": REFUSED,
    "huge_number": REFUSED,
    "surrogate": REFUSED,
    **dict.fromkeys(
        (
            "script_bomb", "for_bomb", "text_bomb", "recursion_bomb", "replace_bomb", "condition_bomb", "timer_bomb",
            "mapping_bomb", "assignment_bomb", "job_bomb", "key_bomb", "completion_bomb", "growing_variable",
            "growing_list",
        ),
        FEEL_BOMB,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def reports() -> dict[str, dict[str, Any]]:
    """What came of every attack."""
    command = [sys.executable, "-m", "tests.integration.victim", *ATTACKS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {report["attack"]: report for report in found} | {"stderr": {"text": done.stderr}}


def test_every_attack_has_an_expected_end() -> None:
    assert EXPECTED.keys() == ATTACKS.keys()


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_ends_soon_and_clearly(name: str, reports: dict[str, dict[str, Any]]) -> None:
    assert name in reports, reports["stderr"]["text"][-2_000:]
    report = reports[name]
    assert report["said"], report
    assert set(report["said"]) <= EXPECTED[name], report
    assert report["seconds"] <= SECONDS, report
    assert report["megabytes"] <= MEGABYTES, report
