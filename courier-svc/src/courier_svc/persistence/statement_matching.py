"""A statement against our parcels, as one statement over sets.

A line is looked for among all legs of the courier, whatever month those are of: a parcel of the last evening that
stands in the next month's statement is found by it, and is no difference of either month. What was picked up in the
month and stands in no statement around it is short, as soon as the next one is here or it was not so late in the month.
"""

from typing import Final

# $1 statement, $2 courier, $3 and $4 the month's bounds, $5 month, $6 version, $7 now, $8 next month's is here,
# $9 to $13 the tariff: first grams, first cents, more grams, more cents, most grams.
_LINES: Final = """near AS MATERIALIZED (
 SELECT id, month FROM statement WHERE courier = $2 AND version > 0
  AND month BETWEEN $5::date - interval '1 month' AND $5::date + interval '1 month'),
ranked AS MATERIALIZED (
 SELECT l.*, l.statement_id = $1 AS mine, row_number() OVER (PARTITION BY l.waybill_no ORDER BY near.month, l.n) AS nth
 FROM near JOIN statement_line l ON l.statement_id = near.id),
judged AS MATERIALIZED (
 SELECT r.*, leg.order_no AS our_order, leg.shipment_id,
  $10::int + ceil(greatest(r.grams - $9::int, 0)::numeric / $11::int) * $12::int AS owed
 FROM ranked r LEFT JOIN leg ON leg.courier = $2 AND leg.waybill_no = r.waybill_no WHERE r.mine)"""
_OURS: Final = """ours AS MATERIALIZED (
 SELECT leg.waybill_no, leg.order_no, leg.shipment_id, min(r.occurred_at) AS at
 FROM leg JOIN courier_report r ON r.shipment_id = leg.shipment_id AND r.waybill_no = leg.waybill_no
  AND r.courier = leg.courier AND r.verdict IN ('applied', 'recorded')
 WHERE leg.courier = $2 AND leg.begun_at < $4 AND leg.begun_at >= $3::timestamptz - interval '1 year'
 GROUP BY leg.order_no HAVING min(r.occurred_at) >= $3 AND min(r.occurred_at) < $4)"""
_FOUND: Final = """found AS MATERIALIZED (
 SELECT CASE WHEN j.nth > 1 THEN 'duplicate' WHEN j.our_order IS NULL THEN 'long' WHEN j.grams > $13::int THEN 'weight'
   WHEN j.fee_cents <> j.owed THEN 'amount' END AS kind,
  CASE WHEN j.nth > 1 THEN j.waybill_no || '#' || j.nth ELSE j.waybill_no END AS key, j.n AS line,
  jsonb_build_object('waybill_no', j.waybill_no, 'order_no', j.order_no, 'at', j.at, 'grams', j.grams,
   'fee_cents', j.fee_cents) AS theirs,
  CASE WHEN j.our_order IS NOT NULL THEN jsonb_build_object('shipment_id', j.shipment_id, 'order_no', j.our_order,
   'fee_cents', j.owed) END AS ours
 FROM judged j
 UNION ALL
 SELECT 'short', o.waybill_no, NULL, NULL,
  jsonb_build_object('shipment_id', o.shipment_id, 'order_no', o.order_no, 'at', o.at)
 FROM ours o WHERE NOT EXISTS (SELECT FROM ranked r WHERE r.waybill_no = o.waybill_no)
  AND ($8::bool OR o.at < $4::timestamptz - interval '2 days'))"""
# What is found again stays one difference; one that was decided stays decided while both sides say what they said.
_MERGED: Final = """gone AS (
 UPDATE statement_difference d SET state = 'resolved', ended_at = $7::timestamptz,
  outcome = CASE WHEN d.version < $6::int THEN 'later_version' WHEN d.kind = 'short' THEN 'in_another_month'
   ELSE 'known_since' END
 WHERE d.statement_id = $1 AND d.state <> 'resolved'
  AND NOT EXISTS (SELECT FROM found f WHERE f.kind = d.kind AND f.key = d.key) RETURNING d.id),
kept AS (
 INSERT INTO statement_difference AS d (id, statement_id, version, kind, key, line, theirs, ours, state, found_at)
 SELECT gen_random_uuid(), $1, $6, f.kind, f.key, f.line, f.theirs, f.ours, 'open', $7 FROM found f
 WHERE f.kind IS NOT NULL
 ON CONFLICT (statement_id, kind, key) WHERE state <> 'resolved' DO UPDATE SET line = excluded.line,
  theirs = excluded.theirs, ours = excluded.ours, version = excluded.version,
  state = CASE WHEN d.theirs IS NOT DISTINCT FROM excluded.theirs THEN d.state ELSE 'open' END
 RETURNING d.id)"""
MATCH: Final = f"""WITH {_LINES}, {_OURS}, {_FOUND}, {_MERGED}
UPDATE statement SET matched_at = $7, our_parcels = (SELECT count(*) FROM ours),
 equal = (SELECT count(*) FROM found WHERE kind IS NULL)
WHERE id = $1 RETURNING (SELECT count(*) FROM kept)"""
