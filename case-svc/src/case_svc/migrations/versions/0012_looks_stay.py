"""Who looked at a case can only be added to by who serves, until the case is gone or nobody's."""

from alembic import op

revision = "0012"
down_revision = "0011"

# Whoever breaks into the service can call it too; but the case is gone or nobody's then, and the audit log says so.
_ERASE_LOOKS = """CREATE FUNCTION erase_looks_at(ended uuid[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  looks bigint;
BEGIN
  WITH gone AS (
    DELETE FROM public.case_view v WHERE v.case_id = ANY(ended) AND NOT EXISTS (
      SELECT FROM public.cases c WHERE c.id = v.case_id AND c.applicant_id <> '00000000-0000-0000-0000-000000000000')
    RETURNING v.case_id
  ), noted AS (
    INSERT INTO public.audit_log (at, action, actor, subject, facts)
    SELECT clock_timestamp(), 'case.erase_looks', session_user, case_id, jsonb_build_object('looks', count(*))
    FROM gone GROUP BY case_id RETURNING id
  ), waiting AS (
    INSERT INTO public.audit_pending SELECT id FROM noted
  )
  SELECT count(*) INTO looks FROM gone;
  RETURN looks;
END $$"""


def upgrade() -> None:
    # chassis.db.roles reads how it begins.
    op.create_table_comment(
        "case_view",
        "append-only for who serves; erase_looks_at() takes those at cases that are gone or nobody's",
    )
    op.execute(_ERASE_LOOKS)
    op.execute("REVOKE ALL ON FUNCTION erase_looks_at FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION erase_looks_at")
    op.drop_table_comment("case_view")
