"""Who sees which personal data: the rules an operator edits (config/privacy.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.errors import InvalidInput
from engine.misreading import reason
from engine.privacy.masking import CLASSES

FILE: Final = "privacy.toml"
EVERY_ROLE: Final = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassRule:
    """Which roles see a masking class: always, while they handle the case, or after giving a reason."""

    always: frozenset[str] = frozenset()
    handling: frozenset[str] = frozenset()
    grant: frozenset[str] = frozenset()

    def opens(
        self, roles: frozenset[str], acting: frozenset[str], *, handles: bool, granted: bool
    ) -> str | None:
        """On what basis the class is shown as it is: `role`, `grant`, or None when it is not.

        roles: of the reader; acting: those of them that handle cases, for which `*` stands.
        """
        if _meet(self.always, roles, acting) or (handles and _meet(self.handling, roles, acting)):
            return "role"
        return "grant" if granted and _meet(self.grant, roles, acting) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivacyRules:
    """The rules; see config/privacy.toml for what each says."""

    classes: Mapping[str, ClassRule] = field(default_factory=dict)
    longest_minutes: int = 480
    default_minutes: int = 60
    shortest_reason: int = 6
    own_decision: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    reporter: str = "reporter"
    reported: tuple[str, ...] = ("reported_unit", "reported_units")
    mediators: frozenset[str] = frozenset({"mediator"})
    part_roles: frozenset[str] = frozenset()
    part_variables: frozenset[str] = frozenset()
    keep_days: int = 1096

    def rule(self, kind: str | None) -> ClassRule:
        """The rule of a masking class; what has none is shown to nobody."""
        return self.classes.get(kind or "", ClassRule())


def read_privacy(content: bytes) -> PrivacyRules:
    """Read the rules. Raises InvalidInput naming the entry for a missing, unknown or senseless one."""
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused("", f"不是有效的 TOML：{reason(error).zh}", f"not TOML: {reason(error).en}") from None
    sections = {name: data.pop(name, {}) for name in _SECTIONS}
    if data:
        raise _refused(next(iter(data)), "不认识的部分", "an unknown section")
    for name, known in _SECTIONS.items():
        section = sections[name]
        if not isinstance(section, dict):
            raise _refused(name, "应为一组键值", "must be a table")
        for key in section:
            if key not in known:
                raise _refused(f"{name}.{key}", "不认识的项", "an unknown key")
    missing = [kind for kind in CLASSES if kind not in sections["classes"]]
    if missing:
        raise _refused(f"classes.{missing[0]}", "缺少这一类", "the class is missing")
    unmasking, reporter, part = sections["unmasking"], sections["reporter"], sections["own_part"]
    longest = _whole(unmasking, "unmasking", "longest_minutes", 480)
    default = _whole(unmasking, "unmasking", "default_minutes", 60)
    if default > longest:
        raise _refused("unmasking.default_minutes", "不得超过最长时间", "not above the longest time")
    return PrivacyRules(
        classes={
            kind: ClassRule(
                **{
                    way: _names(entry, f"classes.{kind}", way)
                    for entry in (_class(kind, entry),)
                    for way in _WAYS
                }
            )
            for kind, entry in sections["classes"].items()
        },
        longest_minutes=longest,
        default_minutes=default,
        shortest_reason=_whole(unmasking, "unmasking", "shortest_reason", 6),
        own_decision=_names(unmasking, "unmasking", "own_decision"),
        approvers=_names(unmasking, "unmasking", "approvers"),
        reporter=_text(reporter, "reporter", "party", "reporter"),
        reported=tuple(sorted(_names(reporter, "reporter", "reported"))),
        mediators=_names(sections["mediators"], "mediators", "roles"),
        part_roles=_names(part, "own_part", "roles"),
        part_variables=_names(part, "own_part", "variables"),
        keep_days=_whole(sections["access_log"], "access_log", "keep_days", 1096),
    )


def load_privacy(config: Path) -> PrivacyRules:
    """The rules in a folder of settings."""
    return read_privacy((config / FILE).read_bytes())


_WAYS: Final = ("always", "handling", "grant")
_SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "classes": CLASSES,
    "unmasking": ("longest_minutes", "default_minutes", "shortest_reason", "own_decision", "approvers"),
    "reporter": ("party", "reported"),
    "mediators": ("roles",),
    "own_part": ("roles", "variables"),
    "access_log": ("keep_days",),
}


def _class(kind: str, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise _refused(f"classes.{kind}", "应为一组键值", "must be a table")
    for way in entry:
        if way not in _WAYS:
            raise _refused(f"classes.{kind}.{way}", "不认识的项", "an unknown key")
    return entry


def _names(section: Mapping[str, Any], place: str, name: str) -> frozenset[str]:
    value = section.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
        raise _refused(f"{place}.{name}", "应为名称的列表", "must be a list of names")
    return frozenset(value)


def _whole(section: Mapping[str, Any], place: str, name: str, default: int) -> int:
    value = section.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _refused(f"{place}.{name}", "应为正整数", "must be a whole number above 0")
    return value


def _text(section: Mapping[str, Any], place: str, name: str, default: str) -> str:
    value = section.get(name, default)
    if not isinstance(value, str) or not value:
        raise _refused(f"{place}.{name}", "应为文字", "must be a text")
    return value


def _meet(wanted: frozenset[str], roles: frozenset[str], acting: frozenset[str]) -> bool:
    return bool(wanted & roles) or (EVERY_ROLE in wanted and bool(acting))


def _refused(place: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        code="privacy.rules",
        message_zh=f"privacy.toml {place}".rstrip() + f"：{zh}",
        message_en=f"privacy.toml {place}".rstrip() + f": {en}",
        place={"key": place},
    )
