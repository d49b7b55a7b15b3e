"""Job: tell the issuing system that a fine was paid, so that it does not demand it again."""

from datetime import datetime
from uuid import UUID

from chassis.jobs import Begin, Job

from .ports import CaseReferences, IssuingSystem


class ReportFinePaid:
    def __init__(self, cases: CaseReferences, issuer: IssuingSystem) -> None:
        self._cases = cases
        self._issuer = issuer

    async def run(self, job: Job, begin: Begin) -> None:
        """Payload: case_id, amount_cents, transaction_id, paid_at (ISO). Safe to repeat."""
        fact = job.payload
        decision_no = await self._cases.decision_no(UUID(fact["case_id"]))
        await self._issuer.report_paid(
            decision_no, fact["amount_cents"], fact["transaction_id"], datetime.fromisoformat(fact["paid_at"])
        )
