"""What a wire form may hold, its bounds, and why a value has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.errors import InvalidInput

if TYPE_CHECKING:
    from engine.feel import YearsMonthsDuration

Wire: TypeAlias = "None | bool | int | str | list[Wire] | dict[str, Wire]"

MAX_DEPTH: Final = 64
MAX_SIZE: Final = 1_000_000
MAX_INT: Final = 2**53 - 1
MAX_DIGITS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultRef:
    """What stands in a value for something kept in the vault.

    entry: its number within the case. commitment: hex of the keyed hash that binds the reference to the content.
    """

    entry: int
    commitment: str


class Refused(Exception):
    """Why a value has no wire form; `path` is gathered from the inside out while the exception travels."""

    def __init__(self, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.message_zh = message_zh
        self.message_en = message_en
        self.path: list[str | int] = []

    def as_input(self) -> InvalidInput:
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in reversed(self.path))
        printable = text.lstrip(".").encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
        return InvalidInput.at(printable or "value", message_zh=self.message_zh, message_en=self.message_en)


def too_large() -> Refused:
    return Refused("数据超过允许的大小", "the data exceeds the allowed size")


def too_deep() -> Refused:
    return Refused(f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH} levels")


def too_many_digits() -> Refused:
    return Refused(f"数值超过 {MAX_DIGITS} 位", f"the number has more than {MAX_DIGITS} digits")


def years_months_type() -> type[YearsMonthsDuration]:
    """The expression language's class of durations in years and months."""
    # Imported when first met: the expression language is a layer above this leaf.
    from engine.feel import YearsMonthsDuration

    return YearsMonthsDuration
