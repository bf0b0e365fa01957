"""The `bihuan:` names carried in zeebe:properties: what Zeebe's own extensions have no word for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from engine.model.extensions import nested
from engine.model.namespaces import local
from engine.model.source import Source

PREFIX = "bihuan:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Property:
    """A known name: the elements it has an effect on (local names), its meaning, and how its value looks."""

    places: frozenset[str]
    zh: str
    en: str
    shape: re.Pattern[str] | None = None


_PROCESS = frozenset({"process"})
_USER_TASK = frozenset({"userTask"})
_LIMITED = frozenset(
    {"process", "subProcess", "transaction", "callActivity", "userTask", "receiveTask", "serviceTask"}
)
_TIMERS = frozenset({"boundaryEvent", "intermediateCatchEvent", "startEvent"})
_SENDERS = frozenset({"sendTask", "intermediateThrowEvent", "endEvent"})
_RECEIVERS = frozenset({"receiveTask", "boundaryEvent", "intermediateCatchEvent", "startEvent"})
_MILESTONES = frozenset({"endEvent", "intermediateThrowEvent", "userTask"})

PROPERTIES: dict[str, Property] = {
    "bihuan:limit": Property(
        places=_LIMITED | _TIMERS, zh="适用的时限规则", en="the time-limit rule that applies"
    ),
    "bihuan:limit_start": Property(places=_LIMITED, zh="时限起算点", en="where the limit starts to count"),
    "bihuan:limit_stop": Property(places=_LIMITED, zh="时限停止点", en="where the limit stops counting"),
    "bihuan:candidate": Property(
        places=_USER_TASK, zh="按层级与角色选人", en="who may take the task, by level and role"
    ),
    "bihuan:separation": Property(
        places=_USER_TASK, zh="不得由办理这些任务的人办理", en="tasks whose performers may not do this one"
    ),
    "bihuan:return": Property(places=_USER_TASK, zh="退回政策", en="the return policy"),
    "bihuan:recall": Property(places=_USER_TASK, zh="撤回政策", en="the recall policy"),
    "bihuan:countersign": Property(
        places=_USER_TASK | {"subProcess", "transaction"}, zh="会签规则", en="the countersign rule"
    ),
    "bihuan:copy": Property(places=_USER_TASK, zh="抄送对象", en="who is copied"),
    "bihuan:document": Property(
        places=_USER_TASK,
        zh="办结时产生的文书：名称，需要时加冒号和模板名",
        en="the document completing it yields: its name, and after a colon its template where that is another one",
        shape=re.compile(r"[^:/\\\n]{1,60}(:\s*[^:/\\\n]{1,60})?"),
    ),
    "bihuan:condition": Property(
        places=_PROCESS | _MILESTONES, zh="结案条件", en="a condition for closing the case"
    ),
    "bihuan:milestone": Property(
        places=_MILESTONES,
        zh="里程碑；closed 表示办理后案件销号",
        en="a milestone of the case; closed: completing it closes the case",
    ),
    "bihuan:variables": Property(
        places=_PROCESS,
        zh="来自外部的变量（启动、消息、信号、作业带来的），可带类型",
        en="the variables from outside (brought by the start, messages, signals, jobs), types optional",
    ),
    "bihuan:case_code": Property(
        places=_PROCESS,
        zh="案件编号的开头：一个大写字母，再有最多七个大写字母或数字",
        en="what its case codes begin with: a capital letter, then up to seven capital letters or digits",
        shape=re.compile(r"[A-Z][A-Z0-9]{0,7}"),
    ),
    "bihuan:dossier": Property(
        places=_PROCESS,
        zh="closing：案件销号或者结束后自动封卷",
        en="closing: the dossier is sealed by itself once the case is closed",
        shape=re.compile("closing"),
    ),
    "bihuan:confidentiality": Property(
        places=_PROCESS | _USER_TASK, zh="密级", en="the confidentiality level"
    ),
    "bihuan:wakes": Property(
        places=_RECEIVERS,
        zh="消息到达时案件即使挂起也立即恢复办理",
        en="its message resumes the case when it is suspended",
    ),
    "bihuan:correlation_key": Property(
        places=_SENDERS | _RECEIVERS, zh="消息关联键", en="the correlation key of the message"
    ),
}


def read_properties(element: etree._Element, source: Source) -> dict[str, str]:
    """The known properties of a BPMN element by full name; reports names that are not known here.

    A value that begins with `=` is FEEL and is checked as such.
    """
    found: dict[str, str] = {}
    for item in nested(element, "properties", "property"):
        name, value = item.get("name", ""), item.get("value", "").strip()
        if not name.startswith(PREFIX):
            source.report(
                "property.foreign", item, f"属性“{name}”不起作用", f"the property {name!r} has no effect"
            )
        elif name not in PROPERTIES or local(element) not in PROPERTIES[name].places:
            source.report(
                "property.unknown",
                item,
                f"此处不认识属性“{name}”",
                f"the property {name!r} is not known here",
            )
        elif not value or name in found:
            source.report(
                "property.value",
                item,
                f"属性“{name}”为空或重复",
                f"the property {name!r} is empty or repeated",
            )
        elif not _fits(PROPERTIES[name], value):
            source.report(
                "property.value",
                item,
                f"属性“{name}”的值“{value}”不对：{PROPERTIES[name].zh}",
                f"the property {name!r} has a wrong value {value!r}: {PROPERTIES[name].en}",
            )
        else:
            if value.startswith("="):
                source.expression(value, item)
            found[name] = value
    return found


def _fits(known: Property, value: str) -> bool:
    return known.shape is None or known.shape.fullmatch(value) is not None
