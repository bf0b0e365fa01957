"""Recorded histories verify and replay; altered ones do not."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest

from engine import canonical
from engine.cases.log import EventHead, chain, pack, unpack
from tests.histories.recording import FOLDER, events_of, findings

RECORDED = sorted(FOLDER.glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    """A recorded history."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_it_verifies_and_replays(path: Path) -> None:
    assert findings(read(path)) == []
    assert findings(read(path), rebuild=True) == []


def test_there_are_recorded_histories() -> None:
    assert len(RECORDED) >= 3


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_another_diagram_under_the_same_log_does_not_replay(path: Path) -> None:
    """What a change of semantics looks like: the log is sound, executing it gives something else."""
    recorded = read(path)
    for files in recorded["definitions"].values():
        for name, data in files.items():
            text = base64.b64decode(data).decode()
            swapped = text.replace('targetRef="e"', 'targetRef="elsewhere"').replace(
                '<endEvent id="e">', '<endEvent id="elsewhere">'
            )
            files[name] = base64.b64encode(swapped.encode()).decode()
    assert _rules_with_any_definition(recorded) == ["replay.effects"]


def _rules_with_any_definition(recorded: dict[str, Any]) -> list[str]:
    """Findings when definitions are taken by their place, not by their digest."""
    from dataclasses import replace
    from uuid import UUID

    from engine import Engine
    from engine.cases.definitions import read_stored
    from engine.history import Replayer
    from engine.runtime import Programs

    def load(digest: str) -> Any:
        files = {name: base64.b64decode(data) for name, data in recorded["definitions"][digest].items()}
        return replace(read_stored(files).definitions[0], digest=digest)

    with Engine.open("sqlite://") as engine:
        engine.definitions.programs = Programs(load)
        report = Replayer(engine).replay_events(UUID(recorded["case"]), events_of(recorded))
    return [finding.rule for finding in report.findings]


def test_a_forged_log_with_hashes_made_again_is_found_by_replay() -> None:
    """Whoever rewrites an effect and every hash after it passes the chain, not the execution."""
    recorded = copy.deepcopy(read(RECORDED[0]))
    forged = _forge(recorded)
    rules = findings(forged)
    assert "event.hash" not in rules
    assert any(rule.startswith(("replay.", "state.")) for rule in rules)


def _forge(recorded: dict[str, Any]) -> dict[str, Any]:
    previous = bytes(32)
    for position, event in enumerate(events_of(recorded)):
        content = canonical.loads(unpack(event.content))
        if position == 1:
            content["input"] = {**content["input"], "forged": True}
            content["effects"] = [*content["effects"], ["case", "active"], ["note", "forged", {}]]
        packed = pack(canonical.dumps(content))
        head = EventHead(
            case_id=event.head.case_id,
            seq=event.head.seq,
            recorded_at=event.head.recorded_at,
            effective_at=event.head.effective_at,
            kind=event.head.kind,
            actor=event.head.actor,
            on_behalf_of=event.head.on_behalf_of,
        )
        previous = chain(previous, head, packed)
        recorded["events"][position][-2:] = [base64.b64encode(packed).decode(), previous.hex()]
    return recorded
