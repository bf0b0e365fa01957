"""What is configured."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import Output, described


class ConfigSchema(Output):
    """The files of one part of the configuration."""

    files = described(
        fields.Dict,
        "By name of the file: its text (TOML).",
        {"whistle.toml": "[…]"},
        keys=fields.String(),
        values=fields.String(),
        required=True,
    )
