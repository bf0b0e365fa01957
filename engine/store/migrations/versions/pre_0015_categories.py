"""The second and third level of a case's category in what reports count from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both, NULL: cases that were registered before have no codes of these levels."""
    for name in ("category_second", "category_third"):
        op.add_column("case_facts", sa.Column(name, sa.Text(), nullable=True))
