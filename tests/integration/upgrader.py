"""A process of one version of the program: `python -m tests.integration.upgrader <old|new> <url> <folder>`.

The old version is the present one. The new one has two steps more: one that runs before it is started and leaves the
old version working, and one that runs when no old process is left. Both start cases and complete their task until
they are killed, and write down each that is certain; the new one also writes what only it knows of.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

from engine import Config, Engine
from engine.store import migrations, schema
from engine.store.migrations import Phase, Revision
from tests.support.bpmn import diagram, end, start, user

PROCESS = diagram(start("s"), user("u"), end("e"), "s -> u -> e", key="upgraded")
STEPS = (
    Revision(id="9001", phase=Phase.PRE, name="marks"),
    Revision(id="9002", phase=Phase.POST, name="marks_required"),
)
HEAD = '''"""A step of a version to come."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{own}", "{before}"
branch_labels = depends_on = None
'''
PRE = (
    HEAD
    + """
def upgrade():
    op.add_column("cases", sa.Column("mark", sa.Integer(), nullable=True))
    op.create_table("marks", sa.Column("case_id", sa.Uuid(), primary_key=True), sa.Column("mark", sa.Integer()))
"""
)
POST = (
    HEAD
    + """
def upgrade():
    op.alter_column("cases", "mark", existing_type=sa.Integer(), server_default=sa.text("0"))
    op.execute("UPDATE cases SET mark = 0 WHERE mark IS NULL")
    op.alter_column("cases", "mark", existing_type=sa.Integer(), nullable=False)
"""
)


class NewVersion:
    """Within `with`, this process is of the version to come. folder: where its steps are put."""

    def __init__(self, folder: Path) -> None:
        place = folder / "migrations"
        if not place.exists():
            source = Path(migrations.__file__).parent
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
            last = migrations.REVISIONS[-1].id
            for step, text, before in ((STEPS[0], PRE, last), (STEPS[1], POST, STEPS[0].id)):
                path = place / "versions" / f"{step.phase}_{step.id}_{step.name}.py"
                path.write_text(text.format(own=step.id, before=before))
        revisions = (*migrations.REVISIONS, *STEPS)
        self._patches: list[Any] = [
            mock.patch.object(migrations, "REVISIONS", revisions),
            mock.patch.object(schema, "REVISIONS", revisions),
            mock.patch.object(migrations, "__file__", str(place / "__init__.py")),
        ]

    def __enter__(self) -> None:
        for patch in self._patches:
            patch.start()

    def __exit__(self, *_: object) -> None:
        for patch in self._patches:
            patch.stop()


def work(version: str, url: str, folder: Path) -> None:
    """Start and complete cases, a line for each."""
    config = Config(keyring=f"sqlite:///{folder}/keys", pool_size=2)
    with (
        Engine.open(url, config=config, create=False) as engine,
        (folder / f"{version}.done").open("a") as diary,
    ):
        while True:
            case = engine.start("upgraded", {}, actor=version).case_id
            [task] = engine.tasks(case_id=case)
            engine.complete(case, task.id, {}, actor=version)
            if version == "new":
                with engine.database.transaction() as tx:
                    key = {"case": case}
                    tx.execute(
                        sa.text("UPDATE cases SET mark = 1 WHERE case_id = :case").bindparams(
                            sa.bindparam("case", type_=sa.Uuid)
                        ),
                        key,
                    )
            diary.write(f"{case}\n")
            diary.flush()


if __name__ == "__main__":
    version, url, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if version == "new":
        with NewVersion(folder):
            work(version, url, folder)
    else:
        work(version, url, folder)
