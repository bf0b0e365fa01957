"""What a process must be like to be executed as BPMN 2.0 says."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.checks.boundaries import check_boundaries
from engine.model.checks.events import check_events
from engine.model.checks.flows import check_flows
from engine.model.checks.gateways import check_gateways
from engine.model.checks.ids import check_ids
from engine.model.checks.reach import check_reach
from engine.model.checks.subprocesses import check_subprocesses
from engine.model.checks.transactions import check_transactions
from engine.model.definition import Container
from engine.model.draft import Draft

__all__ = ["check_ids", "check_process"]


def check_process(draft: Draft, containers: Mapping[str, Container]) -> None:
    """Report every breach of the structural rules by a normalised process to the findings of `draft`."""
    check_flows(draft)
    check_gateways(draft)
    check_events(draft, containers)
    check_boundaries(draft)
    check_subprocesses(draft, containers)
    check_transactions(draft)
    check_reach(draft, containers)
