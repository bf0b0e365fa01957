"""Every template that comes along, filled in as people would: what was written is there, on as many pages as it needs."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from engine.typesetting import TemplateFailed, library, page_count, set_sheets
from tests.support.paperwork import Paper, paper

NAMES = sorted(name.removeprefix("documents/").removesuffix(".typ") for name in library())
NAMES.remove("layout")

# What must be readable on each, beside its number and the code of its case.
SAYS = {
    "不予受理告知书": ("不予受理", "已由青河县人民法院立案审理", "公安机关"),
    "会议纪要": ("决定事项", "排查全镇市政雨水检查井", "2026年12月10日", "挂牌"),
    "办结报告": ("住建局已清淤", "受理时间"),
    "卷宗目录": ("调解协议书", "现场照片1.jpg", "7件", "77ab90c3"),
    "受理登记表": ("张桂兰", "13900001234", "被申请人", "排查人签字", "雨水倒灌"),
    "口头协议记录": ("口头调解协议自各方达成协议之日起生效", "拆除水泥台"),
    "司法确认申请书": ("三十日内", "青河县人民法院", "此致"),
    "吹哨单": ("日常哨", "住房和城乡建设局", "没有开井作业的资质"),
    "周通报": ("99.4%", "未联系上不算满意"),
    "回哨单": ("已解决", "清淤约3立方米"),
    "回访记录": ("补偿款已付清", "回访人"),
    "帮扶同意书": ("随时可以撤回同意", "监护人"),
    "帮扶计划": ("每十四日复核一次",),
    "延期审批": ("须等待房屋损失鉴定结论", "原定期限保留"),
    "挂账审批": ("每次复核间隔不超过九十日", "管网改造列入2027年计划"),
    "接收回执": ("移送材料已收到",),
    "权利义务告知书、同意书": ("不收取任何费用", "是否同意调解"),
    "督办单": ("提醒", "超期", "三个工作日内完成检查井清淤"),
    "移送函": ("青河县人民法院：", "争议在损失数额", "委派调解"),
    "约谈记录": ("建立值班表", "2026年12月31日"),
    "终止告知书": ("当事人不同意调解", "诉讼、仲裁"),
    "调解协议书": ("一次性补偿粮食、家具损失", "1200.00", "司法确认", "盖章"),
    "调解笔录": ("泡坏粮食和家具", "核对无误"),
    "通用文书": ("排查人签字", "周小红"),
}


def words(pdf: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"[\s\u200b]", "", text)


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    found = set_sheets([paper(name).sheet() for name in NAMES])
    failed = [str(each) for each in found if isinstance(each, TemplateFailed)]
    assert failed == []
    return {name: pdf for name, pdf in zip(NAMES, found, strict=True) if isinstance(pdf, bytes)}


def test_there_is_something_to_say_of_every_template() -> None:
    assert set(SAYS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_filled_in_says_what_was_written(made: dict[str, bytes], name: str) -> None:
    said = words(made[name])
    filled = paper(name)
    for wanted in (*SAYS[name], filled.data["document"]["number"], filled.data["case"]["code"]):
        assert re.sub(r"\s", "", wanted) in said, (name, wanted)


@pytest.mark.parametrize("name", NAMES)
def test_what_people_usually_write_is_on_one_page(made: dict[str, bytes], name: str) -> None:
    assert page_count(made[name]) == 1


def test_what_is_too_long_for_a_page_goes_over_several_and_nothing_is_lost() -> None:
    """It is not squeezed first: what takes two pages anyway is set as loosely as ever."""
    parts = [f"第{number}项事实经双方当面核对无误，双方对此没有争议。" for number in range(1, 61)]
    data = paper("调解协议书").data
    longer = {**data, "fields": {**data["fields"], "agreement_facts": "\n".join(parts)}}
    (pdf,) = set_sheets([Paper(template="调解协议书", data=longer).sheet()])
    assert isinstance(pdf, bytes)
    assert page_count(pdf) > 2
    said = words(pdf)
    assert all(part in said for part in (*parts, "司法确认", "盖章"))
    content = PdfReader(io.BytesIO(pdf)).pages[1].get_contents()
    assert content is not None
    sizes = {float(size) for size in re.findall(r"/\w+ ([\d.]+) Tf", content.get_data().decode("latin-1"))}
    assert 11.5 in sizes


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_the_signatures_is_never_bare(made: dict[str, bytes], name: str) -> None:
    """Nobody signs a page that says nothing of what they sign."""
    for page in PdfReader(io.BytesIO(made[name])).pages:
        lines = [line for line in page.extract_text().splitlines() if line.strip()]
        told = [line for line in lines if "签名" not in line and "校验码" not in line]
        assert len(told) > 3, (name, lines)


def test_codes_of_choices_are_nowhere_printed(made: dict[str, bytes]) -> None:
    for name, pdf in made.items():
        said = words(pdf)
        for code in (
            "police",
            "refused",
            "overdue",
            "neighbour",
            "daily",
            "remind",
            "applicant",
            "step_done",
        ):
            assert code not in said, (name, code)


def test_a_corrected_document_says_which_version_it_is() -> None:
    corrected = paper("调解协议书")
    corrected.data["document"]["version"] = 2
    (pdf,) = set_sheets([corrected.sheet()])
    assert isinstance(pdf, bytes)
    assert "（更正，第2版）" in words(pdf)


def test_what_parties_write_stays_text_in_every_template() -> None:
    hostile = '#panic("x") #read("/etc/passwd") $1/0$ \\ *粗* _斜_ `c` <l> @m [b] // 注 /* 释 = 题 - 项'
    papers = [_hostile(paper(name), hostile) for name in NAMES]
    for name, pdf in zip(NAMES, set_sheets([each.sheet() for each in papers]), strict=True):
        assert isinstance(pdf, bytes), (name, pdf)
        assert '#panic("x")#read("/etc/passwd")$1/0$' in words(pdf), name


def _hostile(filled: Paper, text: str) -> Paper:
    data = filled.data
    data["case"]["title"] = text
    for part in ("fields", "values"):
        data[part] = {key: text if isinstance(value, str) else value for key, value in data[part].items()}
    data["rows"] = [{**row, "value": text} if row["kind"] == "text" else row for row in data["rows"]]
    data["rows"].append({"key": "hostile", "label": "附言", "kind": "text", "value": text})
    return filled
