"""督办清单: what a period's list holds."""

from __future__ import annotations

from typing import Any

from engine.reports.facts import CaseFacts
from tests.unit.reports.shelf import at, shelf


def order(received: str, **given: Any) -> CaseFacts:
    return CaseFacts(definition_key="supervision", received_at=at(received), **given)


def test_a_list_holds_what_came_in_its_period_and_what_was_open_still(database_url: str) -> None:
    with shelf(database_url) as made:
        open_still = made.put(order("2026-01-05T09:00"))
        made.put(
            order("2026-01-06T09:00", settled_at=at("2026-01-07T09:00"), ended_at=at("2026-01-07T09:00"))
        )
        came = made.put(order("2026-03-02T09:00", settled_at=at("2026-04-01T09:00")))
        made.put(order("2026-04-05T09:00"))
        rows = made.write("supervision", "2026-03").table("orders").rows
        assert {row["case"] for row in rows} == {str(open_still), str(came)}
