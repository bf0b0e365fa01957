"""What people would have written on the forms of the process packages: data for the documents they yield."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.documents.content import filled, plain
from engine.model.definition import Definition, Form
from engine.model.package import read_package
from engine.typesetting import Sheet, library, place_of, split

ROOT = Path(__file__).parents[2]
ENDINGS = (".bpmn", ".dmn", ".form", ".typ")
HERE = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
NUMBER = "青河镇综治中心〔2026〕示例第12号"
DIGEST = "3f9a0c71" * 8

STATEMENT = (
    "张桂兰陈述：今年七月大雨之后，李大明家在两家之间的排水沟上砌了一道二十公分高的水泥台，雨水排不出去，"
    "倒灌进自家堂屋，泡坏粮食和家具。\n李大明陈述：水沟原来就在自家宅基地一侧，砌台是为了防止张家泡菜废水流进院子，"
    "愿意拆除，但要求对方今后不往沟里倒废水。\n村委会主任王建国说明：该水沟为公用排水沟，1998 年集资修建。"
)

WRITTEN: dict[str, Any] = {
    "title": "石桥村三组公用排水沟堵塞，雨水倒灌农户堂屋",
    "category": "邻里相邻",
    "category_second": "相邻关系",
    "category_third": "相邻排水",
    "grid": "石桥村第三网格",
    "address": "青河县青河镇石桥村三组 27 号门前",
    "place": "青河镇石桥村三组 27 号门前",
    "owner_unit": "青河镇综治中心",
    "lead_unit": "青河县住房和城乡建设局",
    "owner_user": "李明",
    "reporter_name": "张桂兰",
    "reporter_phone": "13800005678",
    "summary": "张桂兰与李大明因两家之间公用排水沟被砌台堵塞发生争执，雨水倒灌，多次协商未果。",
    "people_count": 2,
    "found_by": "周小红（网格员）",
    "finder_signature": "周小红",
    "on_site_action": "现场劝开双方，拍照留存，清理沟口杂物，约定次日上午到村委会面谈。",
    "attachments": ["现场照片1.jpg", "现场照片2.jpg", "1998年集资修沟收据.pdf"],
    "parties": [
        {"label": "甲方", "standing": "applicant", "name": "张桂兰", "phone": "13800005678"},
        {"label": "乙方", "standing": "respondent", "name": "李大明", "phone": "13900001234"},
    ],
    "inadmissible_reason": "所反映的交通事故赔偿一案已由青河县人民法院立案审理（（2026）民初 1024 号），尚未审结，"
    "法院也没有委派或者委托调解，依法不属于人民调解受理范围。",
    "present": ["张桂兰", "李大明", "王建国（石桥村委会主任）", "周小红（网格员）"],
    "session_place": "石桥村人民调解委员会调解室",
    "statements": STATEMENT,
    "mediation_proposal": "一、李大明三日内自行拆除水泥台，恢复水沟原状；二、张桂兰不再向沟内排放泡菜废水；"
    "三、李大明一次性补偿张桂兰粮食、家具损失人民币 1,200 元。",
    "agreement_parties": ["张桂兰", "李大明"],
    "agreement_facts": "2026 年 7 月 12 日大雨后，因李大明在两家之间的公用排水沟上砌筑水泥台，雨水倒灌张桂兰家堂屋，"
    "造成粮食约 300 公斤、木柜一件受损。双方对排水沟归属和损失数额有争议。",
    "responsibilities": "李大明在公用排水沟上砌台，妨碍相邻方排水，负主要责任；张桂兰向沟内排放废水，负次要责任。",
    "terms": [
        {
            "obligor": "乙方",
            "action": "拆除水泥台，恢复排水沟原状",
            "amount": None,
            "deadline": date(2026, 12, 1),
        },
        {
            "obligor": "乙方",
            "action": "一次性补偿粮食、家具损失",
            "amount": "1200.00",
            "deadline": date(2026, 12, 15),
        },
        {
            "obligor": "甲方",
            "action": "不再向公用排水沟排放泡菜废水",
            "amount": None,
            "deadline": date(2026, 12, 1),
        },
    ],
    "manner": "补偿款在村委会当面交付，拆除由村委会到场见证",
    "signatures": ["张桂兰", "李大明", "调解员 陈志强"],
    "court": "青河县人民法院",
    "applicants": ["张桂兰", "李大明"],
    "application_request": "请求确认申请人张桂兰、李大明于 2026 年 11 月 28 日达成的调解协议有效。",
    "referral_reason": "当事人选择通过诉讼解决，案件属于相邻关系纠纷，由你院委派调解更为适宜。",
    "receiver_name": "青河县人民法院",
    "subject": "张桂兰、李大明相邻排水纠纷",
    "packet_facts": "双方因公用排水沟被堵发生争执，已经两次调解未能达成一致，争议在损失数额。",
    "packet_request": "请依法受理，或者委派调解。",
    "packet_parties": [
        {
            "packet_label": "甲方",
            "packet_consent": "agree",
            "packet_name": "张桂兰",
            "packet_phone": "13800005678",
        },
        {
            "packet_label": "乙方",
            "packet_consent": "agree",
            "packet_name": "李大明",
            "packet_phone": "13900001234",
        },
    ],
    "legal_basis": None,
    "packet_summary": "双方因公用排水沟被堵发生争执，已经两次调解未能达成一致，争议在损失数额。",
    "follow_up_note": "水泥台已经拆除，补偿款已付清，双方关系缓和，没有新的矛盾。",
    "call_back_note": "反映人表示住建局当天到场疏通，水已退，满意。",
    "why_beyond_village": "该段水沟接入市政雨水管，堵点在市政检查井内，村社没有开井作业的资质和设备，"
    "且雨季临近，须住建、应急部门同时到场处置。",
    "requested_units": ["青河县住房和城乡建设局", "青河县应急管理局", "青河镇人民政府"],
    "confirm_comment": "住建局 40 分钟内到场，疏通检查井两处，清淤约 3 立方米，积水当晚排完。",
    "score": 5,
    "discussion": "会议听取了红色案件 3 件、橙色案件 7 件的汇报。会议认为石桥村排水沟一事暴露出市政管网维护责任不清，"
    "须由住建局牵头排查全镇同类检查井。\n会议要求各单位按期反馈，不得以会代办。",
    "held_place": "青河县综治中心三楼会商室",
    "attendees": [
        "青河县委政法委",
        "县公安局",
        "县司法局",
        "县住房和城乡建设局",
        "县信访局",
        "青河镇人民政府",
    ],
    "decisions": [
        {
            "action": "排查全镇市政雨水检查井，列出清单",
            "owner_unit": "县住房和城乡建设局",
            "decision_due": date(2026, 12, 10),
            "linked_code": None,
            "order_level": "remind",
            "order_blocker": "verified",
        },
        {
            "action": "石桥村排水沟一案落实损失补偿",
            "owner_unit": "青河镇人民政府",
            "decision_due": date(2026, 12, 5),
            "linked_code": "MD-20261122-7K3M9-QXT2C",
            "order_level": "listed",
            "order_blocker": "settled",
        },
    ],
    "unit": "青河县住房和城乡建设局",
    "parent_code": "SH-20261122-7K3M9-QXT2C",
    "parent_step": "现场处置",
    "required_action": "三个工作日内完成检查井清淤并书面反馈，附处置前后照片。",
    "copy_to": "青河县委政法委",
    "order_signature": "赵书记",
    "interview_place": "县委政法委二楼会议室",
    "interviewee_post": "县住房和城乡建设局分管副局长",
    "interviewer": "青河县委政法委副书记 孙立",
    "interview_content": "通报本季度三次超期到场的事实，核对到场记录；听取原因说明；提出整改要求。",
    "commitments": [
        {"commitment": "应急哨 30 分钟内到场，建立值班表", "commitment_due": date(2026, 12, 1)},
        {"commitment": "每周五报送到场台账", "commitment_due": date(2026, 12, 31)},
    ],
    "extension_reason": "须等待房屋损失鉴定结论，各方同意延长调解期限。",
    "extension_days": 30,
    "shelving_opinion": "同意挂账。管网改造列入 2027 年计划，期间由镇里每月清淤一次。",
    "unsolved_reason": "整段雨水管径不足，须列入 2027 年市政改造计划，目前没有经费。",
    "shelving_signature": "赵书记",
    "person_name": "王某",
    "guardian_name": "王建国",
    "consents": [],
    "closing_note": "协议全部履行，回访满意，同意销号。",
    "received_at": MOMENT,
    "settled_at": MOMENT,
    "due_at": MOMENT,
    "result_text": "住建局已清淤并修复井盖，积水消除；反映人回访满意。",
    "whistle_type": "daily",
    "period": "2026年11月23日至11月29日",
    "cut_off": "2026年11月29日 24:00",
    "rule_version": "指标口径 2026-01",
}
"""By the key of a field; what is not here is filled in by its kind."""

_CASE = (
    "title", "category", "owner_unit", "summary", "parties", "lead_unit", "received_at", "settled_at", "due_at",
    "result_text", "whistle_type",
)  # fmt: skip
_RANKING = {
    "key": "ranking", "label": "各镇按期办结情况", "kind": "table", "value": None,
    "columns": ["单位", "应结", "按期办结", "按期办结率", "满意率"],
    "items": [["青河镇", "343", "341", "99.4%", "98.2%"], ["石岭镇", "128", "120", "93.8%", "95.0%"], ["柳河乡", "0", "0", "—", "—"]],
}  # fmt: skip
_OTHER_FORM = {"通用文书": "受理登记表", "帮扶计划": "帮扶计划（一人一策）"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A template, and the data that a step with a form of the packages gives it."""

    template: str
    data: dict[str, Any]

    def sheet(self) -> Sheet:
        return Sheet(templates=library(), template=place_of(self.template), data=self.data, at=0)


@cache
def definitions() -> tuple[Definition, ...]:
    found: list[Definition] = []
    for folder in sorted(each for each in (ROOT / "bpmn").iterdir() if each.is_dir()):
        names = [path for path in folder.rglob("*") if path.suffix in ENDINGS]
        files = {str(path.relative_to(folder)): path.read_bytes() for path in names}
        found += read_package(files, known_processes=None).definitions
    return tuple(found)


def form_of(document: str) -> Form | None:
    """The form of the first step that yields a document of this name."""
    for definition in definitions():
        for node in definition.nodes.values():
            value = node.properties.get("bihuan:document")
            if value and split(value)[0] == document and node.work is not None and node.work.form:
                return definition.forms.get(node.work.form)
    return None


def _forms(template: str) -> list[Form]:
    """All forms of the package that has the document."""
    for definition in definitions():
        for node in definition.nodes.values():
            if split(node.properties.get("bihuan:document", ""))[0] == _OTHER_FORM.get(template, template):
                return list(definition.forms.values())
    return []


def paper(template: str) -> Paper:
    """A template filled in."""
    form = form_of(_OTHER_FORM.get(template, template))
    given = {} if form is None else dict(_fill(form.schema.get("components") or []))
    case = {key: WRITTEN[key] for key in _CASE}
    more = {key: WRITTEN[key] for key in ("period", "cut_off", "rule_version") if template == "周通报"}
    written = {key: plain(value, HERE) for key, value in {**case, **more, **given}.items()}
    fields, values, rows = filled(form, written, set(given), _forms(template))
    return Paper(
        template=template,
        data={
            "case": {"code": "MD-20261122-7K3M9-QXT2C", "title": "张桂兰与李大明相邻排水纠纷", "category": "邻里相邻"},
            "document": {
                "name": template, "number": NUMBER.replace("示例", template), "version": 1,
                "issuer": "青河县青河镇综治中心", "digest": DIGEST, "mark": "", "date": "2026年11月28日",
            },
            "fields": fields,
            "values": values | ({"entries": entries()} if template == "卷宗目录" else {}),
            "rows": [_RANKING] if template == "周通报" else rows,
            "step": {"seq": 24, "name": "办理", "by": "李明", "at": "2026年11月28日 10:00"},
        },
    )  # fmt: skip


def entries() -> list[dict[str, Any]]:
    """A dossier's list as it is printed."""
    names = ("受理登记表", "权利义务告知书、同意书", "调解笔录", "调解协议书", "回访记录", "办结报告")
    return [
        {
            "kind": "文书", "name": name, "number": f"青河镇综治中心〔2026〕{name}第{at}号", "version": 1,
            "pages": str(1 + at % 3), "date": f"2026年11月{20 + at}日", "signers": ["李明", "陈志强"][: 1 + at % 2],
            "sha256": f"{at:x}{at + 1:x}9ac30f" * 8,
        }
        for at, name in enumerate(names, 1)
    ] + [
        {"kind": "附件", "name": "现场照片1.jpg", "number": "", "version": 1, "pages": "—", "date": "2026年11月22日",
         "signers": [], "sha256": "77ab90c3" * 8},
    ]  # fmt: skip


def _fill(parts: list[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    for part in parts:
        key = str(part.get("key") or part.get("path") or "")
        if part.get("type") == "group":
            yield from _fill(part.get("components") or [])
        elif key in WRITTEN and WRITTEN[key] != []:
            yield key, WRITTEN[key]
        elif key:
            yield key, _by_kind(part, key)


def _by_kind(part: Mapping[str, Any], key: str) -> Any:
    options = [each["value"] for each in part.get("values") or []]
    match part.get("type"):
        case "dynamiclist":
            entry = dict(_fill(part.get("components") or []))
            return [entry, entry]
        case "select" | "radio":
            return options[0] if options else None
        case "checklist" | "taglist":
            return options[:3]
        case "checkbox":
            return True
        case "number":
            return 3
        case "datetime":
            return MOMENT.date() if part.get("subtype") == "date" else MOMENT
        case "textarea":
            return "现场查看，情况属实，已告知各方下一步的办理安排。"
        case "textfield":
            return "李明" if "signature" in key else "示例内容"
    return None
