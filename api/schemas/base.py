"""Kinds of fields and schemas all resources share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

from engine.errors import InvalidInput

LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 4_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")


class Input(ma.Schema):
    """What a caller hands in; fields nobody knows are refused."""

    class Meta:
        unknown = ma.RAISE


class Query(ma.Schema):
    """What a caller asks with in the address; parameters nobody knows are ignored."""

    class Meta:
        unknown = ma.EXCLUDE


class Output(ma.Schema):
    """What a caller is given."""

    class Meta:
        unknown = ma.RAISE


class Moment(fields.Field[int]):
    """A moment: microseconds since 1970 UTC inside, RFC 3339 with an offset outside."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else iso(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not _RFC3339.fullmatch(value):
            raise ma.ValidationError("Not a valid datetime.")
        try:
            parsed = datetime.fromisoformat(value.upper())
            since = parsed - _EPOCH
        except (ValueError, OverflowError):
            raise ma.ValidationError("Not a valid datetime.") from None
        micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        if not 0 <= micros < 253_402_300_800_000_000:
            raise ma.ValidationError("Not a valid datetime.")
        return micros


class Whole(fields.Integer):
    """A whole number; 2.5 is none, instead of being cut to 2."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def iso(micros: int) -> str:
    """A moment as RFC 3339 in UTC."""
    seconds, rest = divmod(micros, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest).isoformat().replace("+00:00", "Z")


def described(kind: type[fields.Field[Any]], text: str, example: Any = None, /, **settings: Any) -> Any:
    """A field with its description and, if given, an example."""
    metadata: dict[str, Any] = {"description": text, **settings.pop("more", {})}
    if example is not None:
        metadata["example"] = example
    return (Whole if kind is fields.Integer else kind)(metadata=metadata, **settings)


def word(text: str, example: Any = None, /, *, longest: int = LONGEST_NAME, **settings: Any) -> Any:
    """A short text that is not empty and holds no control characters."""
    length = ma.validate.Length(1, longest)
    sound = ma.validate.Regexp(r"^[^\x00-\x1f\x7f\ud800-\udfff]*\S[^\x00-\x1f\x7f\ud800-\udfff]*$")
    # The pattern is told as a sentence: regular expressions of JSON Schema know no surrogates.
    settings.setdefault("validate", [length, _Quiet(sound)])
    return described(fields.String, text, example, **settings)


def prose(about: str, example: Any = None, /, *, longest: int = LONGEST_TEXT, **settings: Any) -> Any:
    """A text people write; may have several lines."""
    settings.setdefault("validate", [ma.validate.Length(max=longest), _Quiet(_no_nul)])
    return described(fields.String, about, example, **settings)


def moment(about: str, example: Any = "2026-11-22T03:00:00Z", /, **settings: Any) -> Any:
    """A moment."""
    return described(Moment, about, example, more={"type": "string", "format": "date-time"}, **settings)


def values(about: str, example: Any = None, /, **settings: Any) -> Any:
    """Values by name, of any kind JSON has."""
    return described(fields.Dict, about, example, keys=fields.String(), validate=_Quiet(_bounded), **settings)


class _Quiet:
    """A check that says nothing in the OpenAPI document."""

    def __init__(self, check: Any) -> None:
        self._check = check

    def __call__(self, value: Any) -> Any:
        return self._check(value)


def _no_nul(value: str) -> str:
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ma.ValidationError("Not a valid string.")
    return value


def _bounded(value: Mapping[str, Any]) -> Mapping[str, Any]:
    from engine import canonical

    try:
        canonical.to_wire(dict(value))
    except InvalidInput as error:
        raise ma.ValidationError(error.message_en) from None
    return value
