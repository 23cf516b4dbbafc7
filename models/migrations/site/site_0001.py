"""The audit log with its triggers, and API keys."""

import sqlalchemy as sa
from alembic import op

revision = "site_0001"
down_revision = None
branch_labels = None
depends_on = None

# INSERT OR REPLACE deletes without firing DELETE triggers (unless recursive_triggers is on), so inserting is guarded
# too: a row must continue the chain. An empty table takes any first row, as a log may go on from an archived one.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit is append-only: UPDATE refused'); END
    """,
    """
    CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit is append-only: DELETE refused'); END
    """,
    """
    CREATE TRIGGER audit_continues BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit)
         AND NEW.prev_hash IS NOT (
             SELECT hash FROM audit WHERE seq = NEW.seq - 1 AND seq = (SELECT max(seq) FROM audit)
         )
    BEGIN SELECT RAISE(ABORT, 'audit is append-only: the row does not continue the chain'); END
    """,
)

POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'audit is append-only: % refused', TG_OP;
    END $$
    """,
    """
    CREATE FUNCTION audit_must_continue() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        head record;
    BEGIN
        SELECT seq, hash INTO head FROM audit ORDER BY seq DESC LIMIT 1;
        IF FOUND AND (NEW.seq <> head.seq + 1 OR NEW.prev_hash <> head.hash) THEN
            RAISE EXCEPTION 'audit is append-only: the row does not continue the chain';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_continues BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_must_continue()",
)

# What SQLite's planner is told of a log of a million rows: rows in the index, rows per first column, rows per both.
# Without it a filter by device and outcome may walk every "done" row; with it plans never depend on when ANALYZE last
# ran. (SQLite's documentation of ANALYZE allows fixed statistics of typical data.)
SQLITE_STATISTICS = {
    "ix_audit_turn": "1000000 7",
    "ix_audit_command": "300000 2",
    "ix_audit_at": "1000000 2",
    "ix_audit_device": "800000 25000 1",
    "ix_audit_intent": "800000 40000 1",
    "ix_audit_outcome": "400000 60000 1",
    "ix_audit_speaker": "1000000 100000 1",
    "ix_audit_station": "1000000 200000 1",
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("transcript", sa.String(), nullable=True),
        sa.Column("nbest", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=True),
        sa.Column("slots", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("command_id", sa.String(), nullable=True),
        sa.Column("old_state", sa.String(), nullable=True),
        sa.Column("new_state", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.CheckConstraint("seq > 0", name="audit_seq_positive"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_audit_at", "audit", ["at_us"])
    op.create_index("ix_audit_station", "audit", ["station", "at_us"])
    op.create_index("ix_audit_speaker", "audit", ["speaker", "at_us"])
    op.create_index("ix_audit_turn", "audit", ["turn_id"])
    for name, columns in (
        ("ix_audit_device", ["device", "at_us"]),
        ("ix_audit_intent", ["intent", "at_us"]),
        ("ix_audit_outcome", ["outcome", "at_us"]),
        ("ix_audit_command", ["command_id"]),
    ):
        known = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(name, "audit", columns, sqlite_where=known, postgresql_where=known)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if is_sqlite else POSTGRESQL_TRIGGERS:
        op.execute(statement)
    if is_sqlite:
        op.execute("ANALYZE audit")
        statistics = sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('audit', :index, :stat)")
        for index, stat in SQLITE_STATISTICS.items():
            op.execute(statistics.bindparams(index=index, stat=stat))

    op.create_table(
        "api_key",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=True),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at_us", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at_us", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("role IN ('technician', 'operator', 'admin')", name="api_key_role"),
        sa.PrimaryKeyConstraint("key_id"),
    )


def downgrade() -> None:
    """Refuse: an audit log is never dropped by a program."""
    raise NotImplementedError("the first revision cannot be undone: keep the database, or delete its file yourself")
