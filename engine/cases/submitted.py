"""Submitted forms: validated by the definition's own form before anything else sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import canonical
from engine.model.definition import Form


def check_submission(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """The cleaned values of a submission, wire form in and out. Raises InvalidInput with errors by field."""
    from engine.model.submission import validate

    cleaned = validate(form, {name: canonical.from_wire(value) for name, value in values.items()})
    wire = canonical.to_wire(dict(cleaned))
    assert isinstance(wire, dict)
    return wire
