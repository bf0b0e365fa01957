"""What the engine says when it cannot do what was asked.

Every error carries a stable code for programs and its message in Chinese and English for people; `str()` is
the Chinese one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One sentence for a person, in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh


class BihuanError(Exception):
    """Base of everything the engine raises on purpose.

    message_zh, message_en: the sentence shown to a person.
    code: stable identifier for programs; each class has a default.
    place: where it happened (`case`, `element`, `file`, `line`, ...), for display and for the log.
    """

    default_code: ClassVar[str] = "error"

    def __init__(
        self,
        *,
        message_zh: str,
        message_en: str,
        code: str | None = None,
        place: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh
        self.message_en = message_en
        self.code = code or self.default_code
        self.place: Mapping[str, str | int] = dict(place or {})

    @property
    def message(self) -> Message:
        """The sentence in both languages."""
        return Message(zh=self.message_zh, en=self.message_en)

    def __str__(self) -> str:
        return self.message_zh


class NotFound(BihuanError):
    """What was asked for does not exist, or not for whoever asks."""

    default_code = "not_found"


class Conflict(BihuanError):
    """A lost race: somebody else changed the thing first. `current` says how it stands now."""

    default_code = "conflict"

    def __init__(
        self,
        *,
        message_zh: str,
        message_en: str,
        code: str | None = None,
        place: Mapping[str, str | int] | None = None,
        current: Mapping[str, str | int | None] | None = None,
    ) -> None:
        super().__init__(message_zh=message_zh, message_en=message_en, code=code, place=place)
        self.current: Mapping[str, str | int | None] = dict(current or {})


class Refusal(BihuanError):
    """A domain rule refuses an actor who was entitled to ask; `rule` is its stable id.

    Refusals are evidence: the case log records them. trace: of the decision that refused, if one did
    (`engine.dmn.DecisionResult`); it is not recorded.
    """

    default_code = "refused"

    def __init__(
        self,
        *,
        rule: str,
        message_zh: str,
        message_en: str,
        code: str | None = None,
        place: Mapping[str, str | int] | None = None,
        trace: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(message_zh=message_zh, message_en=message_en, code=code, place=place)
        self.rule = rule
        self.trace = trace


class InvalidInput(BihuanError):
    """What was handed in cannot be accepted; `fields` maps each field, or path into a value, to its messages."""

    default_code = "invalid_input"

    def __init__(
        self,
        *,
        message_zh: str,
        message_en: str,
        code: str | None = None,
        place: Mapping[str, str | int] | None = None,
        fields: Mapping[str, Sequence[Message]] | None = None,
    ) -> None:
        super().__init__(message_zh=message_zh, message_en=message_en, code=code, place=place)
        self.fields: Mapping[str, tuple[Message, ...]] = {
            name: tuple(messages) for name, messages in (fields or {}).items()
        }

    @classmethod
    def at(cls, field: str, *, message_zh: str, message_en: str) -> InvalidInput:
        """The refusal of one field: its message is also the error's message, led by the field."""
        return cls(
            message_zh=f"{field}：{message_zh}",
            message_en=f"{field}: {message_en}",
            fields={field: (Message(zh=message_zh, en=message_en),)},
        )


class LimitExceeded(BihuanError):
    """A bound that keeps the engine safe was reached: steps, depth, size or time."""

    default_code = "limit_exceeded"
