"""A bill against what we booked, as one statement over sets.

Lines are looked for among all captures and refunds, whatever day those are of: a capture right before midnight that
stands in the next day's bill is found by it, and is no difference of either day. What we have of the day and no bill
around it has is short. A refund is ours where it was asked of this account, and booked once it succeeded: money that
left before is long.
"""

from typing import Final

# $1 bill, $2 channel, $3 payee, $4 and $5 the day's bounds, $6 day, $7 version, $8 now, $9 the next day's bill is here
# or waited for no more, $10 the bills around it: given, because a join with `bill` would read the lines of all years.
_LINES: Final = """lines AS (
 SELECT true AS mine, $6::date AS day, n, entry, key, number, serial, amount_cents, fee_cents, at
 FROM bill_line WHERE bill_id = $1
 UNION ALL
 SELECT false, near.day, l.n, l.entry, l.key, l.number, l.serial, l.amount_cents, l.fee_cents, l.at
 FROM bill_line l JOIN bill near ON near.id = l.bill_id
 WHERE l.bill_id = ANY($10::uuid[])
  AND (l.entry, l.key) IN (SELECT m.entry, m.key FROM bill_line m WHERE m.bill_id = $1)),
placed AS (
 SELECT *, row_number() OVER w AS nth, lag(serial) OVER w AS before FROM lines
 WINDOW w AS (PARTITION BY key COLLATE "C", entry COLLATE "C" ORDER BY at, serial, day, n)),
ranked AS MATERIALIZED (
 SELECT *, nth > 1 AND (serial IS NULL OR serial IS NOT DISTINCT FROM before) AS is_copy,
  CASE WHEN nth = 1 OR serial IS NULL THEN key ELSE key || '/' || serial END AS goes_by FROM placed)"""
_JUDGED: Final = """our_numbers AS MATERIALIZED (
 SELECT f.id, f.amount_cents, f.done_at, f.state = 'succeeded' AS is_booked, c.attempt_id
 FROM refund f JOIN capture c ON c.id = f.capture_id JOIN attempt a ON a.id = c.attempt_id
 WHERE c.channel = $2 AND a.payee = $3 AND f.id IN (
  SELECT CASE WHEN key ~ '^[0-9a-f]{32}$' THEN key::uuid END FROM ranked WHERE mine AND entry = 'refund')),
judged AS MATERIALIZED (
 SELECT r.*, c.id AS capture_id, f.id AS refund_id, coalesce(c.attempt_id, f.attempt_id) AS attempt_id,
  coalesce(c.amount_cents, CASE WHEN f.is_booked THEN f.amount_cents END) AS our_cents,
  coalesce(c.paid_at, f.done_at) AS our_at,
  CASE WHEN r.is_copy THEN 'duplicate' WHEN c.id IS NULL AND f.is_booked IS NOT TRUE THEN 'long'
   WHEN coalesce(c.amount_cents, f.amount_cents) <> r.amount_cents THEN 'amount' END AS kind
 FROM ranked r
 LEFT JOIN capture c ON r.entry = 'payment' AND c.channel = $2 AND c.transaction_id = r.goes_by
 LEFT JOIN our_numbers f ON f.id = CASE WHEN r.entry = 'refund' AND r.key ~ '^[0-9a-f]{32}$' THEN r.key::uuid END
 WHERE r.mine)"""
_OURS: Final = """our_payments AS MATERIALIZED (
 SELECT c.id, c.transaction_id, c.attempt_id, c.amount_cents, c.paid_at
 FROM capture c JOIN attempt a ON a.id = c.attempt_id
 WHERE c.channel = $2 AND a.payee = $3 AND c.paid_at >= $4 AND c.paid_at < $5),
our_refunds AS MATERIALIZED (
 SELECT f.id, replace(f.id::text, '-', '') AS number, f.capture_id, c.attempt_id, f.amount_cents, f.done_at
 FROM refund f JOIN capture c ON c.id = f.capture_id JOIN attempt a ON a.id = c.attempt_id
 WHERE f.state = 'succeeded' AND c.channel = $2 AND a.payee = $3 AND f.done_at >= $4 AND f.done_at < $5),
elsewhere AS MATERIALIZED (
 SELECT l.entry, l.key, l.key || '/' || l.serial AS goes_by FROM bill_line l
 WHERE l.bill_id = ANY($10::uuid[])),
unbilled AS MATERIALIZED (
 SELECT 'payment' AS entry, p.transaction_id AS key, p.id AS capture_id, NULL::uuid AS refund_id, p.attempt_id,
  p.amount_cents, p.paid_at AS at
 FROM our_payments p
 WHERE NOT EXISTS (SELECT FROM ranked r WHERE r.entry = 'payment' AND r.goes_by = p.transaction_id)
  AND NOT EXISTS (SELECT FROM elsewhere e WHERE e.entry = 'payment' AND e.key = p.transaction_id)
  AND NOT EXISTS (SELECT FROM elsewhere e WHERE e.entry = 'payment' AND e.goes_by = p.transaction_id)
 UNION ALL
 SELECT 'refund', p.number, p.capture_id, p.id, p.attempt_id, p.amount_cents, p.done_at FROM our_refunds p
 WHERE NOT EXISTS (SELECT FROM ranked r WHERE r.entry = 'refund' AND r.key = p.number)
  AND NOT EXISTS (SELECT FROM elsewhere e WHERE e.entry = 'refund' AND e.key = p.number))"""
_FOUND: Final = """found AS MATERIALIZED (
 SELECT j.kind, j.entry, CASE WHEN j.is_copy THEN j.key || '#' || j.nth ELSE j.goes_by END AS key, j.n AS line,
  j.number, j.capture_id, j.refund_id, coalesce(j.attempt_id, a.id) AS attempt_id, false AS is_late,
  jsonb_build_object('transaction_id', j.key, 'serial', j.serial, 'number', j.number, 'at', j.at,
   'amount_cents', j.amount_cents, 'fee_cents', j.fee_cents) AS theirs,
  CASE WHEN j.our_cents IS NOT NULL THEN
   jsonb_build_object('transaction_id', j.goes_by, 'at', j.our_at, 'amount_cents', j.our_cents) END AS ours
 FROM judged j LEFT JOIN attempt a ON a.channel = $2
  AND a.id = CASE WHEN j.number ~ '^[0-9a-f]{32}$' THEN j.number::uuid END
 WHERE j.kind IS NOT NULL
 UNION ALL
 SELECT 'short', u.entry, u.key, NULL, replace(u.attempt_id::text, '-', ''), u.capture_id, u.refund_id, u.attempt_id,
  u.at >= $5::timestamptz - interval '1 hour' AND NOT $9::bool, NULL,
  jsonb_build_object('transaction_id', u.key, 'at', u.at, 'amount_cents', u.amount_cents) FROM unbilled u)"""
# What is found again stays one difference; one that was decided stays decided while both sides say what they said.
# One that waits for approval was about what both sides said then: with other sides it is open again.
_FALLS: Final = """(d.state = 'awaiting_approval'
   AND (f.theirs, f.ours, f.capture_id) IS DISTINCT FROM (d.theirs, d.ours, d.capture_id))"""
_MERGED: Final = f"""gone AS (
 UPDATE bill_difference d SET state = 'resolved', ended_at = $8::timestamptz, outcome = CASE
   WHEN d.version < $7 THEN 'later_version'
   WHEN d.kind = 'short' THEN 'in_another_days_bill' ELSE 'booked_since' END
 WHERE d.bill_id = $1 AND d.state IN ('open', 'carried', 'awaiting_approval')
  AND NOT EXISTS (SELECT FROM found f WHERE f.kind = d.kind AND f.entry = d.entry AND f.key = d.key)),
kept AS (
 UPDATE bill_difference d SET version = $7, line = f.line, theirs = f.theirs, ours = f.ours, number = f.number,
  capture_id = f.capture_id, refund_id = f.refund_id, attempt_id = f.attempt_id,
  state = CASE WHEN d.state = 'carried' AND $9 OR {_FALLS} THEN 'open' ELSE d.state END,
  decision = CASE WHEN {_FALLS} THEN NULL ELSE d.decision END, note = CASE WHEN {_FALLS} THEN NULL ELSE d.note END,
  decided_by = CASE WHEN {_FALLS} THEN NULL ELSE d.decided_by END,
  decided_at = CASE WHEN {_FALLS} THEN NULL ELSE d.decided_at END
 FROM found f WHERE d.bill_id = $1 AND d.state IN ('open', 'carried', 'awaiting_approval')
  AND f.kind = d.kind AND f.entry = d.entry AND f.key = d.key),
decided AS (
 UPDATE bill_difference d SET line = (
   SELECT f.line FROM found f WHERE f.kind = d.kind AND f.entry = d.entry AND f.key = d.key
    AND (f.theirs, f.ours) IS NOT DISTINCT FROM (d.theirs, d.ours))
 WHERE d.bill_id = $1 AND d.state = 'decided'),
added AS (
 INSERT INTO bill_difference (id, bill_id, channel, payee, day, version, kind, entry, key, line, number, theirs, ours,
  capture_id, refund_id, attempt_id, state, found_at)
 SELECT uuidv7(), $1, $2, $3, $6, $7, f.kind, f.entry, f.key, f.line, f.number, f.theirs, f.ours, f.capture_id,
  f.refund_id, f.attempt_id, CASE WHEN f.is_late THEN 'carried' ELSE 'open' END, $8
 FROM found f WHERE NOT EXISTS (
  SELECT FROM bill_difference d WHERE d.bill_id = $1 AND d.kind = f.kind AND d.entry = f.entry AND d.key = f.key
   AND (d.state IN ('open', 'carried', 'awaiting_approval')
    OR d.state = 'decided' AND (f.theirs, f.ours) IS NOT DISTINCT FROM (d.theirs, d.ours))))"""
MATCH: Final = f"""WITH {_LINES}, {_JUDGED}, {_OURS}, {_FOUND}, {_MERGED}
UPDATE bill SET matched_at = $8,
 equal = (SELECT count(*) FROM judged WHERE kind IS NULL),
 our_payments = (SELECT count(*) FROM our_payments),
 our_paid_cents = (SELECT coalesce(sum(amount_cents), 0) FROM our_payments),
 our_refunds = (SELECT count(*) FROM our_refunds),
 our_refunded_cents = (SELECT coalesce(sum(amount_cents), 0) FROM our_refunds)
WHERE id = $1 RETURNING (SELECT count(*) FROM found)"""
