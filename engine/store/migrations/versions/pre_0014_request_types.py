"""What kind of request a case is about: enquiries are kept for another time than the rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it to the headers, empty: `bihuan db rebuild-projections` writes what the logs say."""
    column = sa.Column("request_type", sa.Text(), server_default=sa.text("''"), nullable=False)
    op.add_column("case_headers", column)
