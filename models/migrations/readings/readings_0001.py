"""Measured values."""

import sqlalchemy as sa
from alembic import op

revision = "readings_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reading",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("measurement", sa.String(), nullable=False),
        sa.Column("measured_at_us", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("device", "measurement", "measured_at_us"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reading_at", "reading", ["measured_at_us"])


def downgrade() -> None:
    """Drop the table: what it holds is kept for weeks only."""
    op.drop_table("reading")
