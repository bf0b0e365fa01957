"""The application keeps what its OpenAPI document promises, whatever it is sent (Schemathesis, all checks)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from tests.api.place import Place, open_place

EXAMPLES = int(os.environ.get("BIHUAN_CONTRACT_EXAMPLES", "2"))
"""Requests of each kind for each endpoint; a long run sets more."""

LEFT_OUT = [
    # Whoever signs in with what is the gate's matter, and its tests'.
    ignored_auth,
    # Most valid requests name cases and people that do not exist, or break a rule: 404 and 422 are right then.
    positive_data_acceptance,
]
REJECTED = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]
ENDING = ("/auth/logout", "/auth/sessions", "/auth/password")
"""What would end the session the requests come with."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Place:
    opened = open_place("sqlite://", Path(tmp_path_factory.mktemp("data")))
    for grid in ("G1", "G1", "G2"):
        opened.start(grid)
    return opened


@pytest.fixture(scope="module")
def operations(installation: Place) -> list[Any]:
    """What the document promises; once for all roles, since what is sent is drawn from it at some cost."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", installation.app)
    # A text far too long makes a body that is too large: that answer is a rejection too.
    schema.config.checks.negative_data_rejection.expected_statuses = REJECTED
    found = list(schema.get_all_operations())
    operations = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(operations) == len(found)
    assert len(operations) > 60
    return operations


@pytest.mark.slow
@pytest.mark.parametrize("role", ["town", "admin"])
def test_the_contract_is_kept(installation: Place, operations: list[Any], role: str) -> None:
    caller = installation.sign_in(role)
    # The test client does not unpack what is compressed.
    headers = {**caller.headers, "Accept-Encoding": "identity"}
    broken: list[str] = []
    for operation in operations:
        if any(part in operation.path for part in ENDING):
            continue
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            try:
                _try(operation, mode, headers, caller.secret)
            except BaseExceptionGroup as group:
                broken += [f"{operation.label}: {error}" for error in group.exceptions]
            except AssertionError as error:
                broken.append(f"{operation.label}: {error}")
    assert not broken, "\n\n".join(broken)


def _try(operation: Any, mode: Any, headers: dict[str, str], secret: str) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        case.call_and_validate(headers=headers, cookies={"bihuan": secret}, excluded_checks=LEFT_OUT)

    # Where nothing can be said that is wrong there is nothing to try.
    with contextlib.suppress(Unsatisfiable):
        send()
