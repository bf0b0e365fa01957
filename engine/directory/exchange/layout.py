"""The tables of the exchange format and their columns, each with its Chinese header and its code.

A file may use either for any column; other columns are left alone. The order of the tables is that of import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

FROM: Final = "valid_from"
UNTIL: Final = "valid_until"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """One table. columns: code → Chinese header, in order. required: columns that a file must have."""

    name: str
    title: str
    columns: Mapping[str, str]
    required: frozenset[str]

    def code_of(self, header: str) -> str | None:
        """The column a header means; None for columns of others."""
        text = header.strip()
        return next((code for code, title in self.columns.items() if text in (code, title)), None)


_DATES: Final = {FROM: "生效时间", UNTIL: "失效时间"}


def _layout(name: str, title: str, required: tuple[str, ...], /, **columns: str) -> Layout:
    return Layout(
        name=name,
        title=title,
        columns=MappingProxyType({**columns, **_DATES}),
        required=frozenset(required),
    )


LAYOUTS: Final[Mapping[str, Layout]] = MappingProxyType(
    {
        layout.name: layout
        for layout in (
            _layout(
                "units",
                "单位",
                ("unit", "parent", "level", "department", "name"),
                unit="单位编码",
                parent="上级编码",
                level="级别",
                department="部门类别",
                name="名称",
            ),
            _layout(
                "people",
                "人员",
                ("person", "name", "login"),
                person="人员编号",
                name="姓名",
                login="登录名",
                phone="电话",
            ),
            _layout(
                "memberships",
                "任职",
                ("person", "unit", "role"),
                person="人员编号",
                unit="单位编码",
                role="角色",
            ),
            _layout(
                "substitutions",
                "代理",
                ("absent", "stand_in", "role", "reason", UNTIL),
                absent="请假人编号",
                stand_in="代理人编号",
                role="角色",
                reason="事由",
            ),
        )
    }
)


def layout_named(name: str) -> Layout | None:
    """The table that a file or sheet of that name holds; None for other names."""
    text = name.strip()
    return next((layout for layout in LAYOUTS.values() if text in (layout.name, layout.title)), None)
