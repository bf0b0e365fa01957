"""The rules a designer's files are held against, by stable id. docs/model-rules.md lists the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Errors forbid deployment, warnings do not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule: its id, how grave a breach is, and what it asks, in both languages."""

    id: str
    severity: Severity
    zh: str
    en: str


def _rule(id: str, severity: Severity, zh: str, en: str) -> tuple[str, Rule]:  # noqa: A002 - the rule's id
    return id, Rule(id=id, severity=severity, zh=zh, en=en)


_E, _W = Severity.ERROR, Severity.WARNING

RULES: dict[str, Rule] = dict(
    [
        _rule("file.ending", _E, "文件名须以 .bpmn、.dmn、.form、.form.json 或 .typ 结尾", "a file name ends in .bpmn, .dmn, .form, .form.json or .typ"),
        _rule("file.xml", _E, "文件须是安全、合格的 UTF-8 XML", "a diagram is safe, well-formed XML in UTF-8"),
        _rule("file.root", _E, "流程图文件的根元素须是 BPMN 2.0 definitions", "a diagram's root element is BPMN 2.0 definitions"),
        _rule("file.xsd", _E, "流程图须符合 BPMN 2.0 的 XML Schema", "a diagram is valid against the BPMN 2.0 XML Schema"),
        _rule("file.no-process", _E, "流程图文件须有至少一个可执行流程", "a diagram holds at least one executable process"),
        _rule("process.not-executable", _W, "不可执行的流程不部署", "a process that is not executable is not deployed"),
        _rule("process.duplicate", _E, "同一包内流程标识唯一", "process ids are unique within a package"),
        _rule("process.empty", _E, "流程与子流程须有可以开始的节点", "a process or sub-process has a node to begin at"),
        _rule("process.starts", _E, "流程与子流程至多有一个无触发的开始事件", "a process or sub-process has at most one start event without trigger"),
        _rule("process.size", _E, "流程的节点与连线不超过 10000 个", "a process holds at most 10,000 nodes and flows"),
        _rule("process.depth", _E, "子流程嵌套不超过 50 层", "sub-processes are nested at most 50 levels deep"),
        _rule("id.duplicate", _E, "文件内标识唯一", "ids are unique within a file"),
        _rule("id.missing", _E, "执行的元素须有标识", "every executed element has an id"),
        _rule("id.reserved", _E, "标识不得为 Start、End，不得以 .EndJoin 结尾，不得以 bihuan. 开头", "an id is not Start or End, does not end in .EndJoin nor begin with bihuan."),
        _rule("ref.dangling", _E, "引用的元素须存在", "what is referred to exists"),
        _rule("unsupported.element", _E, "不支持的 BPMN 元素不得出现", "a BPMN element that is not executed is refused"),
        _rule("unsupported.attribute", _E, "不支持的属性取值不得出现", "an attribute value that is not executed is refused"),
        _rule("unsupported.extension", _E, "不支持的扩展元素不得出现", "an extension element that is not executed is refused"),
        _rule("extension.misplaced", _E, "扩展元素须放在它起作用的元素上", "an extension element stands where it has an effect"),
        _rule("extension.duplicate", _E, "同一元素上的扩展元素不重复", "an extension element occurs once on an element"),
        _rule("extension.foreign", _W, "其他工具的扩展不起作用", "extensions of other tools have no effect"),
        _rule("camunda.unsupported", _E, "camunda: 中没有对应含义的部分不得出现", "a part of the camunda: dialect without an equal is refused"),
        _rule("camunda.ignored", _W, "camunda: 中与执行结果无关的部分不起作用", "a part of the camunda: dialect that changes no outcome has no effect"),
        _rule("camunda.expression", _E, "只支持简单的 ${a.b} 表达式", "only simple ${a.b} expressions are understood"),
        _rule("flow.scope", _E, "顺序流不得跨越流程或子流程边界", "a sequence flow stays within its process or sub-process"),
        _rule("flow.listing", _W, "元素所列 incoming/outgoing 须与顺序流一致", "the incoming and outgoing an element lists agree with the flows"),
        _rule("flow.start-incoming", _E, "开始事件与边界事件没有流入", "a start or boundary event has no incoming flow"),
        _rule("flow.end-outgoing", _E, "结束事件没有流出", "an end event has no outgoing flow"),
        _rule("flow.condition-place", _E, "只有活动、排他网关、包容网关的流出可以带条件", "only flows out of activities, exclusive and inclusive gateways carry conditions"),
        _rule("flow.default", _E, "默认流须是该元素自己的流出，且该元素可以有默认流", "a default flow leaves the element that names it, and that element may have one"),
        _rule("flow.default-condition", _W, "默认流上的条件不起作用", "a condition on a default flow has no effect"),
        _rule("gateway.no-default", _W, "带条件的分支宜有默认流", "a split with conditions has a default flow"),
        _rule("gateway.condition-missing", _W, "排他或包容分支的非默认流宜有条件", "a flow out of an exclusive or inclusive split that is not the default has a condition"),
        _rule("gateway.unconditioned", _E, "排他分支不得有多条无条件的非默认流", "an exclusive split has at most one flow without condition that is not the default"),
        _rule("gateway.event-targets", _E, "事件网关只通向消息、计时、信号、条件捕获事件或接收任务，且它们没有其他流入", "an event-based gateway leads only to message, timer, signal or conditional catches and receive tasks that have no other incoming flow"),
        _rule("gateway.event-single", _W, "事件网关宜有两条以上流出", "an event-based gateway has two or more outgoing flows"),
        _rule("node.unreachable", _E, "每个节点都能从开始到达", "every node can be reached from a start"),
        _rule("node.no-end", _W, "从每个节点都能到达结束", "an end can be reached from every node"),
        _rule("boundary.place", _E, "边界事件附着在同一流程层的活动上", "a boundary event is attached to an activity of the same process level"),
        _rule("boundary.no-outgoing", _W, "边界事件宜有流出", "a boundary event has an outgoing flow"),
        _rule("boundary.ambiguous", _E, "同一活动上不得有两个捕获同一代码的错误或升级事件", "an activity has at most one boundary event for an error or escalation code"),
        _rule("event.kind", _E, "事件的触发方式须适合它的位置", "an event's trigger suits its position"),
        _rule("event.multiple", _E, "一个事件只有一个触发方式", "an event has one trigger"),
        _rule("event.interrupting", _E, "错误与取消事件总是中断", "an error or cancel event always interrupts"),
        _rule("event.reference", _E, "消息、信号、错误、升级事件与收发任务须引用有名称或代码的定义", "a message, signal, error or escalation event and a send or receive task refers to a definition with a name or code"),
        _rule("event.code", _E, "捕获的错误与升级代码、启动流程的消息与信号名称须是固定文字", "the code of an error or escalation that is caught, and the name of what starts a process, is fixed text"),
        _rule("event.correlation", _E, "捕获消息须有关联键", "a message catch has a correlation key"),
        _rule("event.conditional-start", _E, "流程不得以条件启动", "a process is not started by a condition"),
        _rule("condition.filter", _E, "条件事件的变量过滤只列出变量名与 create、update", "the filter of a conditional event lists variable names, and create and update"),
        _rule("subprocess.event-flow", _E, "事件子流程没有流入流出，也不附着边界事件、不多实例", "an event sub-process has no flows, boundary events or instances"),
        _rule("subprocess.event-start", _E, "事件子流程恰有一个带触发的开始事件", "an event sub-process has exactly one start event, which has a trigger"),
        _rule("transaction.cancel", _E, "取消结束事件须在有取消边界事件的事务之内，取消边界事件只附着在事务上、至多一个", "a cancel end event stands inside a transaction that has a cancel boundary event; that is attached to a transaction only, at most once"),
        _rule("link.pair", _E, "每个链接抛出在同一层恰有一个同名捕获，反之至少一个", "every link throw has exactly one catch of its name at its level, every catch at least one throw"),
        _rule("link.flow", _E, "链接抛出没有流出，链接捕获没有流入", "a link throw has no outgoing flow, a link catch no incoming one"),
        _rule("expression.syntax", _E, "表达式须符合 FEEL 语法", "expressions are FEEL"),
        _rule("expression.language", _E, "表达式语言只能是 FEEL", "the expression language is FEEL"),
        _rule("expression.missing", _E, "须有表达式之处不得为空", "an expression that is needed is given"),
        _rule("expression.vault", _E, "表达式不得读取受保护的字段", "an expression does not read a protected field"),
        _rule("timer.missing", _E, "计时恰有日期、时长、周期之一", "a timer has exactly one of date, duration and cycle"),
        _rule("timer.syntax", _E, "计时文字须符合 ISO 8601，且不为负、周期不为零", "a timer's text is ISO 8601, not negative, and a cycle is not zero"),
        _rule("timer.cycle-place", _W, "周期计时在此处只发生一次", "a cycle happens only once here"),
        _rule("multi.source", _E, "多实例恰有集合与次数之一", "multi-instance has exactly one of collection and cardinality"),
        _rule("multi.cardinality", _E, "多实例次数须是非负整数", "a multi-instance cardinality is a whole number of at least 0"),
        _rule("multi.output", _E, "多实例的输出集合与输出元素成对", "multi-instance output collection and output element come together"),
        _rule("multi.behavior", _E, "多实例的 behavior 须指明它要抛出的信号、消息或升级事件", "the behavior of multi-instance names the signal, message or escalation event it throws"),
        _rule("variable.declaration", _E, "bihuan:variables 应是以逗号分隔的 名称 或 名称: 类型", "bihuan:variables is a list of name or name: type, separated by commas"),
        _rule("variable.unknown", _E, "写明 bihuan:variables 的流程中，读取的变量都有来处", "in a process with bihuan:variables, every variable that is read comes from somewhere"),
        _rule("expression.types", _W, "写明 bihuan:variables 的流程中，比较与运算的两边类型相容", "in a process with bihuan:variables, both sides of an operator have types that go together"),
        _rule("variable.name", _E, "变量名须是以点分隔的标识符", "a variable name is made of identifiers joined by dots"),
        _rule("task.job", _E, "服务任务须有作业类型", "a service task has a job type"),
        _rule("task.retries", _E, "重试次数须是非负整数", "a retry count is a whole number of at least 0"),
        _rule("task.script", _E, "脚本任务须有 FEEL 脚本与结果变量", "a script task has a FEEL script and a result variable"),
        _rule("task.decision", _E, "业务规则任务须有决策与结果变量", "a business rule task has a decision and a result variable"),
        _rule("task.priority", _E, "优先级须是 0 至 100 的整数", "a priority is a whole number from 0 to 100"),
        _rule("call.missing", _E, "调用活动须指明流程", "a call activity names a process"),
        _rule("call.unknown", _E, "调用的流程须存在", "the process called exists"),
        _rule("form.unknown", _E, "任务的表单须在包内", "a task's form is in the package"),
        _rule("form.embedded", _E, "不支持内嵌或外部表单", "embedded and external forms are refused"),
        _rule("decision.unknown", _E, "任务的决策须在包内", "a task's decision is in the package"),
        _rule("decision.file", _E, "决策文件须正确", "a decision file is sound"),
        _rule("decision.doubt", _W, "决策文件宜无可疑之处", "a decision file holds nothing doubtful"),
        _rule("decision.duplicate", _E, "同一包内决策标识唯一", "decision ids are unique within a package"),
        _rule("form.file", _E, "表单文件须是有界的 JSON 对象，键不重复", "a form file is a bounded JSON object without repeated keys"),
        _rule("form.id", _E, "表单须有标识，同一包内唯一", "a form has an id, unique within the package"),
        _rule("form.component", _E, "表单组件须是已知类型且写法正确", "a form's components are of known types and well written"),
        _rule("form.key", _E, "输入组件须有唯一的键", "an input component has a unique key"),
        _rule("form.mask", _E, "脱敏类别须是已知的", "a masking class is a known one"),
        _rule("form.known", _E, "预填内容须是已知的，字段类型相符", "what a field is filled with beforehand is known and fits it"),
        _rule(
            "form.mark",
            _E,
            "查重标记须是已知的，且字段有脱敏类别",
            "a mark is a known one, on a field with a masking class",
        ),
        _rule("property.unknown", _E, "bihuan: 属性须是已知的且放在它起作用的元素上", "a bihuan: property is known and stands where it has an effect"),
        _rule("property.value", _E, "bihuan: 属性的值须正确", "a bihuan: property has a proper value"),
        _rule("countersign.alone", _W, "会签规则须在多实例任务上", "a countersign rule stands on a multi-instance task"),
        _rule("separation.unknown", _E, "职责分离所列的须是包内的用户任务", "the tasks a task is kept apart from are user tasks of the package"),
        _rule("document.file", _E, "文书模板应放在流程包的 documents 文件夹中", "a document's template lies in the folder documents of its package"),
        _rule("document.template", _E, "bihuan:document 指明的模板须存在", "the template that bihuan:document names exists"),
        _rule("document.field", _E, "文书模板须能排版，且只用步骤表单里有的字段", "a document's template can be set and uses only fields of its step's form"),
        _rule("property.foreign", _W, "非 bihuan: 的属性不起作用", "a property that is not a bihuan: one has no effect"),
    ]
)  # fmt: skip
