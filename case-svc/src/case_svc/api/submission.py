"""What applicants do with a finished form: submit, supplement, withdraw."""

from uuid import UUID

from chassis.http import Router, Uow, requires_idempotency_key

from ..application.answer_supplement import answer_supplement
from ..application.submit_case import submit_case as submit
from ..application.withdraw_case import withdraw_case as withdraw
from . import present
from .bodies import Supplement, Withdrawal
from .dependencies import Applicant, Desk
from .views import CaseView, SubmittedView

router = Router(prefix="/api/cases", tags=["submission"])


@router.post("/{case_id}/submit")
@requires_idempotency_key
async def submit_case(case_id: UUID, uow: Uow, applicant: Applicant, desk: Desk) -> SubmittedView:
    """提交申请，一次列出全部错误 · Submits; everything wrong is answered at once, with paths."""
    done = await submit(desk, uow, applicant, case_id)
    return present.submitted(done.moved.case, done.around.item, done.result)


@router.post("/{case_id}/supplements")
async def supplement_case(
    case_id: UUID, uow: Uow, applicant: Applicant, desk: Desk, body: Supplement | None = None
) -> CaseView:
    """提交补正（先修改内容和材料） · Hands in a supplement, after answers and files were changed."""
    moved, around = await answer_supplement(desk, uow, applicant, case_id, note=body.note if body else None)
    return present.view(moved.case, around.item)


@router.post("/{case_id}/withdraw")
async def withdraw_case(
    case_id: UUID, uow: Uow, applicant: Applicant, desk: Desk, body: Withdrawal | None = None
) -> CaseView:
    """撤回申请（开始制作之前） · Withdraws, until production starts."""
    moved, around = await withdraw(desk, uow, applicant, case_id, reason=body.reason if body else None)
    return present.view(moved.case, around.item)
