"""The wording of why something is null, Chinese first; `{0}`, `{1}` are the details of the occurrence."""

from __future__ import annotations

from engine.feel.numbers import number_text

_WORDING: dict[str, tuple[str, str]] = {
    "name.unknown": ("没有名为“{0}”的变量", "no variable is named '{0}'"),
    "member.missing": ("上下文中没有“{0}”", "the context has no entry '{0}'"),
    "member.kind": ("{1}没有属性“{0}”", "a {1} has no property '{0}'"),
    "function.unknown": ("没有名为“{0}”的函数", "no function is named '{0}'"),
    "function.kind": ("{0}不是函数，不能调用", "a {0} cannot be called"),
    "function.external": ("不执行外部函数 {0}", "the external function {0} is refused"),
    "function.arguments": ("函数“{0}”不接受这些参数", "the function '{0}' does not take these arguments"),
    "function.argument": (
        "函数“{0}”的参数“{1}”不能是{2}",
        "the argument '{1}' of the function '{0}' cannot be a {2}",
    ),
    "arithmetic.kinds": ("{1}与{2}不能作 {0} 运算", "a {1} and a {2} have no '{0}'"),
    "arithmetic.negate": ("{0}不能取负", "a {0} cannot be negated"),
    "arithmetic.zero": ("除数为零", "division by zero"),
    "arithmetic.range": ("结果超出数值范围", "the result is out of range"),
    "compare.kinds": ("{0}与{1}不能比较", "a {0} and a {1} cannot be compared"),
    "logic.kind": ("{0}不是真值", "a {0} is no truth value"),
    "condition.kind": ("条件应为真值，得到{0}", "the condition is a {0}, not a truth value"),
    "filter.index": ("序号 {0} 超出列表长度 {1}", "the index {0} is outside the list of {1}"),
    "filter.kind": ("筛选条件不能是{0}", "a filter cannot be a {0}"),
    "iteration.kind": ("{0}不能逐项取值", "a {0} cannot be iterated over"),
    "range.kinds": ("区间端点{0}与{1}不相配", "the range ends {0} and {1} do not go together"),
    "context.duplicate": ("上下文中“{0}”重复", "the context has more than one '{0}'"),
    "temporal.text": ("“{0}”不是有效的{1}", "'{0}' is no valid {1}"),
    "temporal.range": ("日期时间超出范围", "the date or time is out of range"),
    "value.domain": ("函数“{0}”的参数值无效：{1}", "invalid value for the function '{0}': {1}"),
    "pattern.invalid": ("正则表达式无效：{0}", "invalid pattern: {0}"),
    "type.mismatch": ("{0}与类型“{1}”不符", "a {0} does not conform to the type '{1}'"),
    "type.unknown": ("没有名为“{0}”的类型", "no type is named '{0}'"),
    "value.foreign": ("宿主值类型 {0} 不是 FEEL 值", "the host's {0} is no FEEL value"),
    "decision.hit": ("决策表“{0}”有多条规则同时命中：{1}", "several rules of the table '{0}' match: {1}"),
    "decision.output": (
        "决策表“{0}”的输出值不在允许值内",
        "an output of the table '{0}' is not an allowed value",
    ),
    "decision.input": (
        "决策表“{0}”的输入值不在允许值内",
        "an input of the table '{0}' is not an allowed value",
    ),
    "decision.aggregate": (
        "决策表“{0}”的输出不能汇总",
        "the outputs of the table '{0}' cannot be aggregated",
    ),
}


def describe(code: str, details: tuple[object, ...]) -> tuple[str, str]:
    """The Chinese and English wording of a reason; details are shortened to 80 characters."""
    zh, en = _WORDING[code]
    short = [_shorten(number_text(one) if isinstance(one, int) else str(one)) for one in details]
    return zh.format(*short), en.format(*short)


def _shorten(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
