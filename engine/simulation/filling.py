"""Filling a form: plausible values for whatever it asks, the same for the same draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.categories import parent_in
from engine.model.forms import component_path, inner, label_of
from engine.samples.draw import Draw
from engine.simulation.profile import Profile

CONTAINERS = ("group", "dynamiclist")
WORDS = (
    "路口积水影响通行",
    "围墙高度有争议",
    "已到现场查看",
    "双方同意先行修复",
    "材料已补齐",
    "噪声夜间超标",
)
NAMES = ("赵玉兰", "钱志明", "孙桂英", "李建华", "周秀珍", "吴国强", "郑海燕", "王文斌")
PLACES = ("新村路 12 号", "幸福里 3 幢 2 单元", "河堤东段", "集贸市场西门", "老粮站旁", "村委会门前")
LIKE = (
    (("签字", "签名", "姓名", "人员", "联系人", "代理人"), ("name",), NAMES),
    (("地点", "地址", "位置"), ("address",), PLACES),
)
"""By what a field is called, or how it is masked, what stands in it."""
OPTIONAL = 0.6
"""How often somebody fills in a field that is not required."""


class Filler:
    """Fills forms.

    yes: how often a checkbox is ticked (and a yes/no question answered yes). variables: what lists of options named
    by a variable are taken from. categories: answers `engine.categories.BELOW`; without it fields that choose from the
    categories are left empty.
    """

    def __init__(
        self,
        draw: Draw,
        now: datetime,
        *,
        yes: float = 0.75,
        profile: Profile | None = None,
        categories: Callable[[Any], Any] | None = None,
    ) -> None:
        self._draw = draw
        self._now = now
        self._yes = yes
        self._profile = profile or Profile()
        self._categories = categories

    def fill(self, schema: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        """Values for every required field of a form-js schema, and for some of the others."""
        values: dict[str, Any] = {}
        self._part(schema, variables, values)
        return values

    def _part(self, part: Mapping[str, Any], variables: Mapping[str, Any], values: dict[str, Any]) -> None:
        for component in inner(part):
            kind = component.get("type")
            path = component_path(component)
            if kind == "dynamiclist":
                rows = [self.fill(component, variables) for _ in range(self._draw.whole(1, 2))]
                _put(values, path, rows)
            elif kind in CONTAINERS:
                holder: dict[str, Any] = {}
                self._part(component, variables, holder)
                _merge(values, path, holder)
            elif path and not component.get("disabled") and component.get("readonly") is not True:
                self._field(component, path, variables, values)

    def _field(
        self,
        component: Mapping[str, Any],
        path: tuple[str, ...],
        variables: Mapping[str, Any],
        values: dict[str, Any],
    ) -> None:
        rules = component.get("validate") or {}
        if path[-1] in self._profile.values:
            _put(values, path, self._profile.values[path[-1]])
            return
        if (
            not rules.get("required")
            and component.get("type") != "checkbox"
            and not self._draw.chance(OPTIONAL)
        ):
            return
        known = variables.get(path[-1])
        plain = isinstance(known, str) and known != "" and not known.startswith("@vault:")
        if component.get("type") == "textfield" and len(path) == 1 and plain:
            # What is known already stands in the field; nobody types it anew.
            _put(values, path, known)
            return
        value = self._value(component, rules, {**variables, **values})
        if value is not None:
            _put(values, path, value)

    def _value(
        self, component: Mapping[str, Any], rules: Mapping[str, Any], variables: Mapping[str, Any]
    ) -> Any:
        kind = component.get("type")
        if kind in ("textfield", "textarea"):
            return self._text(rules, self._profile.texts.get(str(component.get("key"))) or _words(component))
        if kind == "number":
            low = int(float(rules.get("min", 0)))
            return self._draw.whole(low, min(int(float(rules.get("max", low + 40))), low + 40))
        if kind == "checkbox":
            return self._draw.chance(self._yes)
        if kind == "datetime":
            return self._moment(str(component.get("subtype") or "date"))
        options = list(_options(component, variables)) or self._below(component, variables)
        if not options:
            return None
        usual = self._profile.answer(str(component.get("key")), options, self._draw)
        if usual is not None:
            return usual
        if kind in ("checklist", "taglist"):
            if component.get("key") in self._profile.complete:
                return options
            return [option for option in options if self._draw.chance(0.5)] or options[:1]
        if set(options) == {"yes", "no"}:
            return "yes" if self._draw.chance(self._yes) else "no"
        return self._draw.pick(options)

    def _below(self, component: Mapping[str, Any], known: Mapping[str, Any]) -> list[Any]:
        """The categories a field offers, below what was chosen before."""
        asked = parent_in(component)
        if asked is None or self._categories is None:
            return []
        code = asked.strip('"') if asked.startswith('"') else known.get(asked)
        if not isinstance(code, str):
            return []
        return [row["value"] for row in self._categories([code, self._now.date().isoformat()])]

    def _text(self, rules: Mapping[str, Any], words: Sequence[str]) -> str:
        if rules.get("validationType") == "phone" or "pattern" in rules:
            return f"13{self._draw.whole(100_000_000, 999_999_999)}"
        if rules.get("validationType") == "email":
            return "clerk@example.org"
        text = self._draw.pick(words)
        least = int(rules.get("minLength", 0))
        while len(text) < least:
            text += self._draw.pick(WORDS)
        return text[: int(rules.get("maxLength", 4000))]

    def _moment(self, subtype: str) -> str:
        if subtype == "time":
            return self._now.strftime("%H:%M")
        if subtype == "datetime":
            return self._now.strftime("%Y-%m-%dT%H:%M")
        return self._now.strftime("%Y-%m-%d")


def _words(component: Mapping[str, Any]) -> Sequence[str]:
    label, mask = label_of(component), (component.get("properties") or {}).get("bihuan:mask")
    for ends, masks, words in LIKE:
        if label.endswith(ends) or mask in masks:
            return words
    return WORDS


def _options(component: Mapping[str, Any], variables: Mapping[str, Any]) -> Iterator[Any]:
    listed = component.get("values")
    if listed is None and isinstance(component.get("valuesKey"), str):
        listed = variables.get(component["valuesKey"])
    for option in listed if isinstance(listed, list) else ():
        yield option["value"] if isinstance(option, dict) and "value" in option else option


def _put(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        values = values.setdefault(name, {})
    values[path[-1]] = value


def _merge(values: dict[str, Any], path: tuple[str, ...], held: dict[str, Any]) -> None:
    for name in path:
        values = values.setdefault(name, {})
    values.update(held)
