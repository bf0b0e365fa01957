"""The resources under /api/v1, one module a family."""

from typing import Final

from api.blueprint import Blueprint
from api.resources import batches, cases, definitions, directory, inbox, incidents, jobs, messages, tasks

BLUEPRINTS: Final[tuple[Blueprint, ...]] = (
    inbox.blueprint,
    tasks.blueprint,
    batches.blueprint,
    cases.blueprint,
    definitions.blueprint,
    messages.blueprint,
    jobs.blueprint,
    incidents.blueprint,
    directory.blueprint,
)
"""All of them, in the order in which they are documented."""
