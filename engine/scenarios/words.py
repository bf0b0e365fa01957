"""From the words on screen to the names the engine knows: tasks, form fields, options, times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import InvalidInput
from engine.model.definition import Definition, Form, Node
from engine.model.forms import component_path, inner, label_of

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(分钟|小时|天|日|周)")
_UNITS = {
    "分钟": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "周": timedelta(weeks=1),
}


def span(text: str) -> timedelta:
    """A span of time: `30分钟`, `2小时`, `7天`, or several one after the other. Raises InvalidInput."""
    found = _SPAN.findall(text)
    if not found or _SPAN.sub("", text).strip():
        raise InvalidInput.at(
            text, message_zh="不是时长，如：30分钟、2小时、7天", message_en="is no span of time such as 7天"
        )
    return sum((float(number) * _UNITS[unit] for number, unit in found), timedelta())


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The vocabulary of a package's definitions."""

    definitions: tuple[Definition, ...]
    zone: ZoneInfo

    def nodes(self, name: str) -> list[Node]:
        """The nodes of this name or id. Raises InvalidInput when there is none."""
        found = [
            node
            for definition in self.definitions
            for node in definition.nodes.values()
            if name in (node.id, node.name)
        ]
        if not found:
            raise InvalidInput.at(
                name, message_zh="图上没有这个环节", message_en="there is no such node in the diagrams"
            )
        return found

    def form(self, node: Node) -> Form | None:
        """The form of a user task."""
        id_ = node.work.form if node.work is not None else None
        if id_ is None:
            return None
        return next((found.forms[id_] for found in self.definitions if id_ in found.forms), None)

    def values(self, node: Node, written: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """What is submitted: labels become keys, option labels their values, times as the form wants them.

        Raises InvalidInput for a label the form does not have.
        """
        form = self.form(node)
        if form is None:
            return dict(written)
        return self._part(form.schema, written, now, node.name or node.id)

    def _part(
        self, holder: Mapping[str, Any], written: Mapping[str, Any], now: datetime, where: str
    ) -> dict[str, Any]:
        fields = list(_fields(holder))
        values: dict[str, Any] = {}
        for name, value in written.items():
            found = [part for part in fields if name in (".".join(component_path(part)), label_of(part))]
            if len(found) != 1:
                zh = "表单没有这一项" if not found else "表单有几项同名，请写键名"
                raise InvalidInput.at(
                    f"{where}.{name}", message_zh=zh, message_en="is not exactly one field of the form"
                )
            values[".".join(component_path(found[0]))] = self._value(found[0], value, now, where)
        return values

    def _value(self, part: Mapping[str, Any], value: Any, now: datetime, where: str) -> Any:
        if part.get("type") == "dynamiclist" and isinstance(value, list):
            return [
                self._part(part, entry, now, where) if isinstance(entry, dict) else entry for entry in value
            ]
        if part.get("type") == "datetime":
            return self._time(part, value, now)
        options = {option.get("label"): option.get("value") for option in part.get("values") or ()}
        if isinstance(value, list):
            return [options.get(entry, entry) for entry in value]
        return options.get(value, value) if isinstance(value, str) else value

    def _time(self, part: Mapping[str, Any], value: Any, now: datetime) -> Any:
        moment = self.moment(value, now)
        if moment is None:
            return value
        if part.get("subtype", "date") == "date":
            return moment.date().isoformat()
        return moment.isoformat(timespec="minutes")

    def moment(self, value: Any, now: datetime) -> datetime | None:
        """A moment as scenarios write it: a date, a date and time, `现在`, `10天后`; None for anything else."""
        here = now.astimezone(self.zone)
        if isinstance(value, datetime):
            return value if value.tzinfo is not None else value.replace(tzinfo=self.zone)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=self.zone)
        if value in ("现在", "今天"):
            return here
        if isinstance(value, str) and value.endswith("后"):
            return here + span(value.removesuffix("后"))
        return None


def _fields(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in inner(holder):
        if part.get("type") == "group" and not component_path(part):
            yield from _fields(part)
        elif component_path(part):
            yield part
