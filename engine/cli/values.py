"""Variables given on the command line: JSON, with numbers kept as they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.cli.files import read_file
from engine.errors import InvalidInput

LONGEST = 16 * 1024 * 1024
"""Bytes of JSON that are read."""


def variables(pairs: Sequence[str], file: Path | None = None) -> dict[str, Any]:
    """The variables of a JSON file, and over them those of `name=JSON` pairs.

    Raises InvalidInput for what is no JSON (a text needs its quotes), NotFound for a file that is not there.
    """
    values: dict[str, Any] = {}
    if file is not None:
        values.update(json_object(read_file(file, LONGEST), str(file)))
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise InvalidInput.at(pair, message_zh="应写成 名称=JSON", message_en="write it as name=JSON")
        values[name] = _json(text.encode("utf-8", "surrogateescape"), name)
    return values


def json_object(data: bytes, place: str) -> dict[str, Any]:
    """A JSON object. place: what complaints name. Raises InvalidInput for anything else."""
    found = _json(data, place)
    if not isinstance(found, dict):
        raise InvalidInput.at(place, message_zh="应是一个 JSON 对象", message_en="it must hold a JSON object")
    return found


def _json(data: bytes, place: str) -> Any:
    try:
        return json.loads(
            data.decode("utf-8"),
            parse_float=Decimal,
            parse_int=_whole,
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        reason = str(error)[:200]
        raise InvalidInput.at(
            place,
            message_zh=f"不是有效的 JSON（文本要加引号）：{reason}",
            message_en=f"not valid JSON (a text needs quotes): {reason}",
        ) from None


def _whole(text: str) -> int:
    if len(text) > 1_000:
        raise ValueError("a number of more than 1000 digits")
    return int(text)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return found
