"""Steps from one version of the tables to the next.

A file name begins with the step's phase: `pre_` steps run before the new code is started and leave the old code
working, `post_` steps run once no old code is left. That is how an upgrade needs no downtime.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import sqlalchemy as sa


class Phase(StrEnum):
    """When a step runs, seen from the start of the new code."""

    PRE = "pre"
    POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One step: its id, its phase and what its file is named after."""

    id: str
    phase: Phase
    name: str


REVISIONS: Final = (
    Revision(id="0001", phase=Phase.PRE, name="first_tables"),
    Revision(id="0002", phase=Phase.PRE, name="inbox"),
    Revision(id="0003", phase=Phase.PRE, name="case_content"),
    Revision(id="0004", phase=Phase.PRE, name="accounts"),
    Revision(id="0005", phase=Phase.PRE, name="work_to_do"),
    Revision(id="0006", phase=Phase.PRE, name="duplicates"),
    Revision(id="0007", phase=Phase.PRE, name="clock_changes"),
    Revision(id="0008", phase=Phase.PRE, name="proposals"),
    Revision(id="0009", phase=Phase.PRE, name="proofs"),
    Revision(id="0010", phase=Phase.PRE, name="reports"),
    Revision(id="0011", phase=Phase.PRE, name="document_numbers"),
    Revision(id="0012", phase=Phase.PRE, name="erasures"),
    Revision(id="0013", phase=Phase.PRE, name="erasures_only_grow"),
    Revision(id="0014", phase=Phase.PRE, name="request_types"),
    Revision(id="0015", phase=Phase.PRE, name="categories"),
)
"""All steps in their order; a test holds this list and the files equal."""


def upgrade(engine: sa.Engine, *, phase: Phase = Phase.POST) -> None:
    """Bring a database, also an empty one, to the newest version.

    phase: PRE stops before the first pending step that must wait until no old code runs.
    """
    # Alembic takes a while to import, and only upgrades need it.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        target = _target(current, phase)
        if target is not None:
            config.attributes["connection"] = connection
            command.upgrade(config, target)


def _target(current: str | None, phase: Phase) -> str | None:
    known = [revision.id for revision in REVISIONS]
    if current is not None and current not in known:
        return None
    target = None
    for revision in REVISIONS[0 if current is None else known.index(current) + 1 :]:
        if revision.phase is Phase.POST and phase is Phase.PRE:
            break
        target = revision.id
    return target
