"""What a form field accepts, by component type; the rules of form-js, applied by the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.model.patterns import compile_pattern

MAX_TEXT = 100_000
MAX_ITEMS = 1_000
_MAX_DIGITS = 34

_EMAIL = r"^[^@\s]{1,64}@[^@\s]{1,255}\.[^@\s.]{1,63}$"
_PHONE = r"^\+?[0-9][0-9 ()-]{4,24}$"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?")

Component = Mapping[str, Any]


class FieldError(Exception):
    """A value its field does not accept; carries the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def is_empty(component: Component, value: object) -> bool:
    """Whether a value counts as not entered; an unticked box does."""
    if value is None or value == "" or value == []:
        return True
    return component.get("type") == "checkbox" and value is False


def clean(component: Component, value: Any, options: Sequence[Any]) -> Any:
    """The value as it is kept: numbers as int or Decimal, everything else as it came.

    Args:
        component: the form-js component.
        value: what was submitted, not None.
        options: the values a choice component offers.

    Raises:
        FieldError: the field does not accept it.
    """
    return _CLEANERS[str(component.get("type"))](component, value, options)


def _text(component: Component, value: Any, _options: Sequence[Any]) -> str:
    if not isinstance(value, str):
        raise FieldError("须是文字", "must be text")
    if len(value) > MAX_TEXT or "\x00" in value:
        raise FieldError(
            "文字过长或含有非法字符", "the text is too long or holds a character that is not allowed"
        )
    if not value:
        return value
    rules = component.get("validate") or {}
    length = len(value.strip())
    if (least := _number_of(rules.get("minLength"))) is not None and length < least:
        raise FieldError(f"至少 {least} 个字", f"must have at least {least} characters")
    if (most := _number_of(rules.get("maxLength"))) is not None and length > most:
        raise FieldError(f"至多 {most} 个字", f"must have at most {most} characters")
    _match(rules, value)
    return value


def _match(rules: Mapping[str, Any], value: str) -> None:
    kind = rules.get("validationType")
    if kind == "email" and not compile_pattern(_EMAIL).search(value):
        raise FieldError("不是电子邮件地址", "is not an e-mail address")
    if kind == "phone" and not compile_pattern(_PHONE).search(value):
        raise FieldError("不是电话号码", "is not a phone number")
    if rules.get("pattern") and not compile_pattern(rules["pattern"]).search(value):
        raise FieldError("格式不对", "does not have the right form")


def _number(component: Component, value: Any, _options: Sequence[Any]) -> int | Decimal | str:
    as_text = bool(component.get("serializeToString"))
    if value == "":
        return ""
    if isinstance(value, bool) or not isinstance(value, str if as_text else int | float | Decimal):
        raise FieldError("须是数值", "must be a number")
    number = _number_of(value)
    if number is None or len(number.as_tuple().digits) > _MAX_DIGITS or abs(number.adjusted()) > _MAX_DIGITS:
        raise FieldError("须是数值", "must be a number")
    digits = component.get("decimalDigits")
    exponent = number.normalize().as_tuple().exponent
    if isinstance(digits, int) and isinstance(exponent, int) and -exponent > digits:
        raise FieldError(f"至多 {digits} 位小数", f"must have at most {digits} decimal places")
    _check_range(component, number)
    if as_text:
        return str(value)
    return int(number) if number == number.to_integral_value() else number


def _check_range(component: Component, number: Decimal) -> None:
    rules = component.get("validate") or {}
    if (least := _number_of(rules.get("min"))) is not None and number < least:
        raise FieldError(f"不得小于 {least}", f"must not be less than {least}")
    if (most := _number_of(rules.get("max"))) is not None and number > most:
        raise FieldError(f"不得大于 {most}", f"must not be greater than {most}")


def _number_of(value: object) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _checkbox(_component: Component, value: Any, _options: Sequence[Any]) -> bool:
    if not isinstance(value, bool):
        raise FieldError("须是是或否", "must be true or false")
    return value


def _choice(_component: Component, value: Any, options: Sequence[Any]) -> Any:
    if value == "":
        return None
    if not _offered(value, options):
        raise FieldError("不在可选项之中", "is not one of the options")
    return value


def _choices(_component: Component, value: Any, options: Sequence[Any]) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise FieldError("须是列表", "must be a list")
    for index, item in enumerate(value):
        if not _offered(item, options):
            raise FieldError("含有不在可选项之中的值", "holds a value that is not one of the options")
        if _offered(item, value[:index]):
            raise FieldError("含有重复的值", "holds a value twice")
    return value


def _offered(value: Any, options: Sequence[Any]) -> bool:
    # True == 1 in Python, but not in JSON.
    return any(value == option and isinstance(value, bool) == isinstance(option, bool) for option in options)


def _datetime(component: Component, value: Any, _options: Sequence[Any]) -> str:
    if not isinstance(value, str):
        raise FieldError("须是日期或时间", "must be a date or time")
    if not value:
        return value
    kind = component.get("subtype", "date")
    day, _, hour = value.partition("T")
    try:
        if kind == "date":
            _shaped(_DATE, value)
            date.fromisoformat(value)
        elif kind == "time":
            _shaped(_TIME, value)
            time.fromisoformat(value)
        else:
            _shaped(_DATE, day)
            _shaped(_TIME, hour)
            datetime.fromisoformat(value)
    except ValueError:
        raise FieldError("不是有效的日期或时间", "is not a valid date or time") from None
    return value


def _shaped(pattern: re.Pattern[str], text: str) -> None:
    if not pattern.fullmatch(text):
        raise ValueError(text)


def _files(_component: Component, value: Any, _options: Sequence[Any]) -> Any:
    names = value if isinstance(value, list) else [value]
    if len(names) > MAX_ITEMS or not all(isinstance(name, str) and len(name) <= 200 for name in names):
        raise FieldError("须是附件标识", "must be ids of attachments")
    return value


_CLEANERS: dict[str, Callable[[Component, Any, Sequence[Any]], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "radio": _choice,
    "select": _choice,
    "checklist": _choices,
    "taglist": _choices,
    "datetime": _datetime,
    "filepicker": _files,
}
