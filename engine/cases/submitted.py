"""Submitted forms: validated by the definition's own form before anything else sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import canonical
from engine.feel import Environment
from engine.model.definition import Form


def check_submission(
    form: Form, values: Mapping[str, Any], variables: Mapping[str, Any], environment: Environment
) -> dict[str, Any]:
    """The cleaned values of a submission, wire form in and out; `variables` are what its task sees, decoded.

    Raises InvalidInput with errors by field.
    """
    from engine.model.submission import validate

    given = {name: canonical.from_wire(value) for name, value in values.items()}
    cleaned = validate(form, given, environment=environment, variables=variables)
    wire = canonical.to_wire(dict(cleaned))
    assert isinstance(wire, dict)
    return wire
