"""What is not as a scenario says is found and told with file and step; what is, passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import InvalidInput
from engine.samples.package import read_folder
from engine.scenarios import Coverage, Played, play, read_package_folder
from tests.support.bpmn import boundary, diagram, end, message, start, timer, user, xor

FORM = json.dumps(
    {
        "id": "visit",
        "type": "default",
        "components": [
            {
                "key": "found",
                "type": "select",
                "label": "有无隐患",
                "values": [{"label": "有", "value": "yes"}, {"label": "没有", "value": "no"}],
                "validate": {"required": True},
            },
            {"key": "on", "type": "datetime", "subtype": "date", "dateLabel": "日期"},
            {
                "type": "dynamiclist",
                "path": "people",
                "label": "人员",
                "components": [{"key": "role", "type": "textfield", "label": "身份"}],
            },
        ],
    }
)
DIAGRAM = diagram(
    start("s"),
    user("visit", form="visit", groups='=["grid"]'),
    boundary("late", "visit", timer(duration="P2D"), interrupting=False),
    end("reminded"),
    xor("any"),
    user("report"),
    end("e"),
    end("f"),
    's -> visit -> any; any -> report if found = "yes"; report -> e; any -> f else; late -> reminded',
)
COMMON = '["给定"]\n"变量" = { case_code = "A-1" }\n["填写"."visit"]\n"有无隐患" = "有"\n["人员"]\n"visit" = "周"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "package.toml").write_text('key = "p"\n', encoding="utf-8")
    (tmp_path / "p.bpmn").write_bytes(DIAGRAM)
    (tmp_path / "visit.form").write_text(FORM, encoding="utf-8")
    (tmp_path / "scenarios" / "common.toml").write_text(COMMON, encoding="utf-8")
    return tmp_path


def write(folder: Path, steps: str, name: str = "a", head: str = "") -> None:
    text = f'"标题" = "一次走访"\n{head}\n{steps}'
    (folder / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")


def run(folder: Path, name: str = "a") -> Played:
    package = read_package_folder(folder, read_folder(folder))
    (scenario,) = (scenario for scenario in package.scenarios if scenario.name == name)
    return play(package, scenario)


def told(folder: Path) -> list[tuple[int, str]]:
    return [(failure.step, failure.message.zh) for failure in run(folder).failures]


def test_labels_options_and_times_become_what_the_form_wants(folder: Path) -> None:
    write(
        folder,
        '[["步骤"]]\n"办理" = "visit"\n"填写" = { "日期" = "3天后", "人员" = [{ "身份" = "户主" }] }\n'
        '"期望" = { "待办" = ["report"], "变量" = { found = "yes", on = "2026-03-05", people = [{ role = "户主" }] } }\n',
    )
    played = run(folder)
    assert played.failures == []
    assert played.cases == 1


def test_time_moves_from_timer_to_timer(folder: Path) -> None:
    write(folder, '[["步骤"]]\n"时间推移" = "2天"\n"期望" = { "经过" = ["reminded"], "待办" = ["visit"] }\n')
    assert told(folder) == []


def test_a_scenario_goes_on_from_another_one(folder: Path) -> None:
    write(folder, '[["步骤"]]\n"办理" = "visit"\n', name="first")
    write(
        folder,
        '[["步骤"]]\n"办理" = "report"\n"期望" = { "状态" = "已结束" }\n',
        head='"接着" = "first"',
    )
    assert told(folder) == []


@pytest.mark.parametrize(
    ("expectation", "reason"),
    [
        ('"待办" = ["visit"]', "待办：应是 visit，实际是 report"),
        ('"没有待办" = ["report"]', "不应有待办“report”"),
        ('"变量" = { found = "no" }', "found：应是 no，实际是 yes"),
        ('"变量" = { found = "无" }', "found：应是 无，实际是 yes"),
        ('"状态" = "已结束"', "状态：应是 已结束，实际是 办理中"),
        ('"经过" = ["reminded"]', "没有经过“reminded”"),
        ('"没有经过" = ["visit"]', "不应经过“visit”"),
        ('"文书" = ["告知书"]', "文书：应是 告知书，实际是 "),
        ('"候选" = { report = ["grid"] }', "“report”的候选：应是 ['grid']，实际是 [[]]"),
        ('"期限" = { report = "1天后" }', "“report”的期限：应是 1天后，实际是 无"),
        ('"被拒" = "close.x"', "应被拒绝（close.x），却办成了"),
        ('"表单错误" = ["found"]', "应被拒绝（found），却办成了"),
    ],
)
def test_what_is_not_as_expected_is_told_with_its_step(folder: Path, expectation: str, reason: str) -> None:
    write(
        folder,
        f'[["步骤"]]\n"看" = "开始"\n[["步骤"]]\n"办理" = "visit"\n"期望" = {{ {expectation} }}\n',
    )
    assert told(folder) == [(2, reason)]


def test_it_stops_at_the_first_step_that_is_not_as_expected(folder: Path) -> None:
    write(
        folder,
        '[["步骤"]]\n"看" = "a"\n"期望" = { "待办" = [] }\n[["步骤"]]\n"看" = "b"\n"期望" = { "待办" = [] }\n',
    )
    assert [step for step, _ in told(folder)] == [1]


def test_a_failure_in_the_scenario_before_is_told_with_its_own_file(folder: Path) -> None:
    write(folder, '[["步骤"]]\n"办理" = "report"\n', name="first")
    write(folder, '[["步骤"]]\n"看" = "b"\n', head='"接着" = "first"')
    (failure,) = run(folder).failures
    assert Path(failure.file).name == "first.toml"
    assert failure.step == 1
    assert "现有待办：visit" in failure.message.zh


def test_an_error_that_was_not_foreseen_fails_the_step(folder: Path) -> None:
    write(folder, '[["步骤"]]\n"办理" = "visit"\n"不填" = ["有无隐患"]\n')
    assert told(folder) == [(1, "表单有 1 处不正确（found：必须填写）")]


def test_a_refusal_by_another_rule_is_told(folder: Path) -> None:
    write(
        folder,
        '[["步骤"]]\n"挂起" = "鉴定"\n[["步骤"]]\n"办理" = "visit"\n"期望" = { "被拒" = "close.x" }\n',
    )
    ((step, reason),) = told(folder)
    assert step == 2
    assert "应因 close.x 被拒，实际因 case.suspended" in reason


def test_a_refusal_that_is_expected_passes_and_the_rest_is_looked_at(folder: Path) -> None:
    write(
        folder,
        '[["步骤"]]\n"挂起" = "鉴定"\n"期望" = { "状态" = "已挂起" }\n'
        '[["步骤"]]\n"办理" = "visit"\n"期望" = { "被拒" = "case.suspended", "待办" = ["report"] }\n',
    )
    assert told(folder) == [(2, "待办：应是 report，实际是 visit")]


def test_form_errors_elsewhere_are_told(folder: Path) -> None:
    write(
        folder,
        '[["步骤"]]\n"办理" = "visit"\n"不填" = ["有无隐患"]\n"期望" = { "表单错误" = ["on"] }\n',
    )
    assert told(folder) == [(1, "表单错误应在 on，实际在 found")]


def test_an_incident_fails_the_step(folder: Path) -> None:
    parts = (start("s"), user("visit"), end("e"), boundary("t", "visit", message("m", "=key")), end("f"))
    (folder / "p.bpmn").write_bytes(diagram(*parts, "s -> visit -> e; t -> f"))
    write(folder, '[["步骤"]]\n"看" = "开始"\n')
    ((step, reason),) = told(folder)
    assert (step, reason.split("：")[0]) == (1, "异常")


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ('[["步骤"]]\n"办里" = "visit"\n', "须恰有一个动作"),
        ('[["步骤"]]\n"办理" = "visit"\n"签收" = "visit"\n', "须恰有一个动作"),
        ('[["步骤"]]\n"办理" = "visit"\n"填些" = {}\n', "不认识“填些”"),
        ('[["步骤"]]\n"看" = "a"\n"期望" = { "代办" = [] }\n', "不认识“代办”"),
        ('[["步骤"]]\n"看" = "a"\n"期望" = { "待办" = 3 }\n', "“待办”的写法不对"),
        ('"步骤" = [1]\n', "须是表"),
        ('"步骤" = 1\n', "“步骤”的写法不对"),
        ('"给顶" = 1\n', "不认识“给顶”"),
        ('"接着" = "nowhere"\n', "没有可以接着的场景“nowhere”"),
        ('"接着" = "a"\n', "没有可以接着的场景“a”"),
        ("= 3\n", "不是有效的 TOML"),
    ],
)
def test_a_file_that_is_not_well_written_is_refused_with_its_place(
    folder: Path, steps: str, reason: str
) -> None:
    write(folder, steps)
    with pytest.raises(InvalidInput) as refused:
        run(folder)
    assert reason in refused.value.message_zh
    assert "a.toml" in refused.value.message_zh


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ('[["步骤"]]\n"办理" = "走访"\n', "图上没有这个环节"),
        ('[["步骤"]]\n"办理" = "visit"\n"填写" = { "颜色" = "红" }\n', "表单没有这一项"),
        ('[["步骤"]]\n"时间推移" = "很久"\n', "不是时长"),
        ('[["步骤"]]\n"时间到" = 2020-01-01\n', "时间不能倒退"),
        ('[["步骤"]]\n"时间到" = "明天"\n', "不是时间"),
        ('[["步骤"]]\n"撤回" = "visit"\n', "还没有办结过"),
    ],
)
def test_what_the_flow_does_not_know_fails_the_step(folder: Path, steps: str, reason: str) -> None:
    write(folder, steps)
    ((step, said),) = told(folder)
    assert step == 1
    assert reason in said


def test_the_verbs_are_at_hand(folder: Path) -> None:
    write(
        folder,
        """
[["步骤"]]
"签收" = "visit"
[["步骤"]]
"签收" = "visit"
"谁" = "吴"
"期望" = { "待办" = ["visit"] }
""",
    )
    assert told(folder) == [(2, "任务已由周签收")]
    write(
        folder,
        """
[["步骤"]]
"签收" = "visit"
[["步骤"]]
"取消签收" = "visit"
[["步骤"]]
"催办" = "visit"
[["步骤"]]
"催办" = "visit"
"期望" = { "被拒" = "urge.rate" }
[["步骤"]]
"抄送" = "visit"
"给" = "吴"
[["步骤"]]
"办理" = "visit"
[["步骤"]]
"退回" = "report"
"到" = "visit"
"期望" = { "待办" = ["visit"] }
[["步骤"]]
"转办" = "visit"
"给" = "吴"
[["步骤"]]
"委派" = "visit"
"谁" = "吴"
"给" = "郑"
[["步骤"]]
"办理" = "visit"
"谁" = "郑"
[["步骤"]]
"办理" = "visit"
"谁" = "吴"
[["步骤"]]
"撤回" = "visit"
"谁" = "吴"
"期望" = { "待办" = ["visit"] }
[["步骤"]]
"加签" = "visit"
"谁" = "吴"
"给" = ["王"]
[["步骤"]]
"办理" = "visit"
"谁" = "吴"
"期望" = { "待办" = ["visit", "visit"] }
""",
    )
    assert told(folder) == []


def test_coverage_tells_which_flows_were_never_taken(folder: Path) -> None:
    write(folder, '[["步骤"]]\n"依次办理" = ["visit", "report"]\n')
    package = read_package_folder(folder, read_folder(folder))
    coverage = Coverage()
    coverage.merge(run(folder).coverage)
    (definition,) = package.definitions
    missing = {definition.flows[flow].target for flow in coverage.missing(definition)}
    assert missing == {"f", "reminded"}
    taken, total = coverage.count(definition)
    assert total - taken == 2
