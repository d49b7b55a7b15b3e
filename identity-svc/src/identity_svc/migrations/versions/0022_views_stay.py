"""Who viewed whose data can only be added to by who serves; a department's system keeps the name it had."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

# Whoever breaks into the service can call it too; but the account is a tombstone then, and the audit log says so.
_ERASE_VIEWS = """CREATE FUNCTION erase_views_of(gone uuid) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  views bigint;
BEGIN
  DELETE FROM public.access_log WHERE account_id = gone
    AND EXISTS (SELECT FROM public.account WHERE id = gone AND erased_at IS NOT NULL);
  GET DIAGNOSTICS views = ROW_COUNT;
  IF views > 0 THEN
    WITH noted AS (
      INSERT INTO public.audit_log (at, action, actor, subject, facts)
      VALUES (clock_timestamp(), 'person.erase_views', session_user, gone, jsonb_build_object('views', views))
      RETURNING id)
    INSERT INTO public.audit_pending SELECT id FROM noted;
  END IF;
  RETURN views;
END $$"""
_NAMES = """UPDATE access_log l SET viewer_en =
 (SELECT c.name_en FROM oidc_client c WHERE c.name = l.viewer ORDER BY c.id LIMIT 1)
 WHERE l.viewer IN (SELECT name FROM oidc_client)"""


def upgrade() -> None:
    op.add_column(
        "access_log",
        sa.Column(
            "viewer_en", sa.Text, comment="a department's system, in English; both as it was called then"
        ),
    )
    op.alter_column(
        "access_log",
        "viewer",
        comment="the service or department's system that asked",
        existing_comment="the service that asked",
        existing_type=sa.Text,
        existing_nullable=False,
    )
    op.execute(_NAMES)
    # chassis.db.roles reads how it begins.
    op.create_table_comment(
        "access_log", "append-only for who serves; erase_views_of() takes what tells of an erased account"
    )
    op.execute(_ERASE_VIEWS)
    op.execute("REVOKE ALL ON FUNCTION erase_views_of FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION erase_views_of")
    op.drop_table_comment("access_log")
    op.alter_column(
        "access_log",
        "viewer",
        comment="the service that asked",
        existing_comment="the service or department's system that asked",
        existing_type=sa.Text,
        existing_nullable=False,
    )
    op.drop_column("access_log", "viewer_en")
