"""The resources under /api/v1, one module a family."""

from typing import Final

from api.blueprint import Blueprint
from api.resources import (
    amendments,
    audit,
    batches,
    casepage,
    cases,
    config,
    content,
    definitions,
    directory,
    documents,
    events,
    exports,
    inbox,
    incidents,
    intake,
    jobs,
    messages,
    names,
    own,
    proofs,
    registrations,
    reports,
    tasks,
    words,
)

BLUEPRINTS: Final[tuple[Blueprint, ...]] = (
    inbox.blueprint,
    events.blueprint,
    tasks.blueprint,
    batches.blueprint,
    own.blueprint,
    registrations.blueprint,
    cases.blueprint,
    casepage.blueprint,
    content.blueprint,
    documents.blueprint,
    definitions.blueprint,
    amendments.blueprint,
    words.blueprint,
    messages.blueprint,
    jobs.blueprint,
    incidents.blueprint,
    directory.blueprint,
    config.blueprint,
    names.blueprint,
    audit.blueprint,
    proofs.blueprint,
    exports.blueprint,
    reports.blueprint,
    intake.blueprint,
)
"""All of them, in the order in which they are documented."""
