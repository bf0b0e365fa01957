"""Marks on tests: which part of BPMN 2.0 a test proves. docs/bpmn-support.md is made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of BPMN 2.0 and whether it is refused at deployment."""

    feature: str
    refused: bool = False


CLAIMS: dict[str, list[Claim]] = {}
"""What each test proves, by `module::function`."""


def proves(*features: str, refused: bool = False) -> Callable[[Test], Test]:
    """Mark a test as proof that `features` (rows of `tests.support.catalogue`) are executed, or refused."""

    def mark(test: Test) -> Test:
        place = f"{test.__module__}::{test.__name__}"
        CLAIMS.setdefault(place, []).extend(Claim(feature, refused) for feature in features)
        return test

    return mark
