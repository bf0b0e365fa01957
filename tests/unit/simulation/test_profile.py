"""How the cases of a flow usually go: options by parts, values always entered, messages that come."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine import Engine, ManualClock
from engine.categories import BELOW, providers, read_categories
from engine.history import Replayer, Verifier
from engine.installation import open_engine
from engine.samples.draw import Draw
from engine.simulation import Filler, Profile, Simulation, read_profile
from engine.simulation.county_year import flow_profiles
from engine.simulation.haste import hasty

BEGIN = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
SELECT = {"type": "select", "key": "consent", "validate": {"required": True}}
OPTIONS = [{"label": word, "value": word} for word in ("agree", "refuse", "not_reached")]


def test_options_are_chosen_in_the_parts_the_profile_gives() -> None:
    profile = Profile(answers={"consent": {"agree": 90, "refuse": 10}})
    filler = Filler(Draw("s"), BEGIN, profile=profile)
    form = {"components": [{**SELECT, "values": OPTIONS}]}
    chosen = Counter(filler.fill(form, {})["consent"] for _ in range(400))
    assert chosen["agree"] > 320
    assert chosen["refuse"] > 15
    assert chosen["not_reached"] == 0


def test_texts_are_taken_from_those_the_profile_gives() -> None:
    profile = read_profile('[texts]\ntitle = ["路灯不亮", "井盖松动"]\n'.encode())
    form = {"components": [{"type": "textfield", "key": "title", "validate": {"required": True}}]}
    filler = Filler(Draw("s"), BEGIN, profile=profile)
    assert {filler.fill(form, {})["title"] for _ in range(50)} == {"路灯不亮", "井盖松动"}


def test_values_are_always_entered_and_lists_may_be_complete() -> None:
    profile = read_profile(b'complete = ["signatures"]\n[values]\nagreed = true\n')
    form = {
        "components": [
            {"type": "checkbox", "key": "agreed"},
            {"type": "taglist", "key": "signatures", "values": OPTIONS, "validate": {"required": True}},
        ]
    }
    values = Filler(Draw("s"), BEGIN, profile=profile).fill(form, {})
    assert values == {"agreed": True, "signatures": ["agree", "refuse", "not_reached"]}


def test_categories_are_chosen_below_what_was_chosen_above() -> None:
    below = providers(lambda: read_categories("编码,名称\na,甲\na/b,乙\na/c,丙\n".encode()))[BELOW]
    fields = [
        ("first", '=categories("")'),
        ("second", "=categories(first)"),
        ("third", "=categories(second)"),
    ]
    form = {
        "components": [
            {**SELECT, "key": key, "valuesExpression": asked, "validate": {"required": key != "third"}}
            for key, asked in fields
        ]
    }
    filled = [Filler(Draw(str(seed)), BEGIN, categories=below).fill(form, {}) for seed in range(20)]
    assert {(values["first"], values["second"]) for values in filled} == {("a", "a/b"), ("a", "a/c")}
    assert not any("third" in values for values in filled)


def test_what_is_known_is_not_entered_anew() -> None:
    form = {"components": [{"type": "textfield", "key": "grid", "validate": {"required": True}}]}
    assert Filler(Draw("s"), BEGIN).fill(form, {"grid": "qh0100101"}) == {"grid": "qh0100101"}


def test_what_can_only_be_read_is_not_entered() -> None:
    asked = {"type": "textfield", "validate": {"required": True}}
    form = {
        "components": [
            {**asked, "key": "shown", "readonly": True},
            {**asked, "key": "sometimes", "readonly": "=settled"},
        ]
    }
    assert set(Filler(Draw("s"), BEGIN).fill(form, {"shown": "@vault:1"})) == {"sometimes"}


def test_what_another_simulated_flow_sends_is_not_made_up() -> None:
    text = b"[messages.a]\nshare = 1\ndays = [1, 2]\nby = 'other'\n[messages.b]\nshare = 1\ndays = [1, 2]\n"
    profile = read_profile(text)
    assert set(profile.beside({"another"}).messages) == {"a", "b"}
    assert set(profile.beside({"other"}).messages) == {"b"}


def test_the_answers_to_referrals_of_a_county_come_from_the_referrals() -> None:
    profiles = flow_profiles(Path("bpmn"))
    assert "referral" in profiles
    assert "referral.returned" not in profiles["dispute"].messages
    assert "dispute.reopen" in profiles["dispute"].messages


def test_referrals_of_simulated_disputes_go_their_way_and_answer_them() -> None:
    clock = ManualClock(int(BEGIN.timestamp()) * 1_000_000)
    profiles = flow_profiles(Path("bpmn"))
    usual = profiles["dispute"]
    referring = {"session_result": {"to_court": 1, "to_case": 1}, "consent": {"agree": 1}}
    profile = replace(usual, answers={**usual.answers, **referring}, messages={})
    with open_engine("sqlite://", Path("config"), clock=clock) as engine:
        for flow in ("dispute", "referral", "supervision", "service"):
            deploy(engine, Path("bpmn") / flow)
        simulation = Simulation(
            engine,
            "dispute",
            seed="referred",
            begin=BEGIN,
            every=timedelta(hours=8),
            start=lambda number, draw: {"case_code": f"P-{number}", "grid": "G"},
            profile=profile,
            profiles=profiles,
        )
        tally = simulation.run(8)
        referrals = list(engine.queries.cases(key="referral"))
        assert len(referrals) > 3
        assert {case.status for case in referrals} == {"completed"}
        assert not [each for each in tally.stuck if each.startswith("form")]
        answers = [engine.variables(case.id).get("docking") for case in engine.queries.cases(key="dispute")]
        assert any(each and each["state"] == "answered" and each["reference"] for each in answers)


@pytest.mark.parametrize("flow", ["dispute", "whistle", "referral"])
def test_a_shipped_flow_is_simulated_and_proves_itself(flow: str, tmp_path: Path) -> None:
    folder = Path("bpmn") / flow
    profile = read_profile((folder / "samples/simulation.toml").read_bytes())
    clock = ManualClock(int(BEGIN.timestamp()) * 1_000_000)
    with open_engine(f"sqlite:///{tmp_path}/b.db", Path("config"), clock=clock) as engine:
        deploy(engine, folder)
        simulation = Simulation(
            engine,
            flow,
            seed="profile",
            begin=BEGIN,
            every=timedelta(hours=8),
            start=lambda number, draw: {"case_code": f"P-{number}", "grid": "G"},
            profile=profile,
        )
        with hasty(engine):
            tally = simulation.run(12)
        assert tally.steps["complete"] > 60
        assert {case.status for case in engine.queries.cases()} & {"completed"}
        for case_id in engine.case_ids():
            assert Verifier(engine).verify(case_id).is_sound
            assert Replayer(engine, engine.settings).replay(case_id).is_sound


def deploy(engine: Engine, folder: Path) -> None:
    """Deploy a package's diagrams, tables and forms."""
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".bpmn", ".dmn", ".form")
    }
    engine.deploy(files, actor="designer")
