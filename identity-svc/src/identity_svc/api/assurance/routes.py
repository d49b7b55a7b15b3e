"""One's own level, and the officer's check at a window."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from contracts.tokens import Role
from fastapi import Depends, Request
from pydantic import BaseModel, Field

from ...application.ports import Assurance
from ...application.verify_at_window import Seen, VerifyAtWindow
from ...domain.errors import AccountNotFound
from ...domain.personal import mask_name
from ..dependencies import TheMenu, not_cached
from ..fields import Body, IdNumber, Name, Phone, Reader
from .views import WAYS_UP, AssuranceView, ProofView

router = Router(prefix="/api/identity", tags=["assurance"], dependencies=[Depends(not_cached)])
Person = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]
Sworn = Annotated[Caller, Depends(allow(Role.OFFICER))]


@dataclass(frozen=True, slots=True)
class AssuranceDesk:
    assurance: Assurance
    verify_at_window: VerifyAtWindow


async def _desk(request: Request) -> AssuranceDesk:
    desk: AssuranceDesk = request.app.state.assurance
    return desk


TheDesk = Annotated[AssuranceDesk, Depends(_desk)]


class WindowCheck(Body):
    """What stands in the document that the officer saw, and the phone of the account; for a company's account, its
    legal representative's document."""

    phone: Phone = Field(examples=["13800000001"])
    name: Name = Field(examples=["张三"])
    id_number: IdNumber
    window: Annotated[str, Field(max_length=40, examples=["W-XC-01"])]


class WindowChecked(BaseModel):
    account_id: UUID
    name: str = Field(description="masked")
    ial: int


@router.get("/me/assurance", summary="我的认证等级 · My level of assurance")
async def my_assurance(uow: Uow, menu: TheMenu, desk: TheDesk, caller: Person) -> AssuranceView:
    """现有等级、依据和如何提升 · The present level, what it stands on, and how to raise it."""
    account = await menu.accounts.by_id(uow, caller.account_id)
    if account is None:
        raise AccountNotFound
    proofs = await desk.assurance.of(uow, account.id)
    return AssuranceView(
        ial=account.ial,
        proofs=[ProofView.of(proof) for proof in proofs],
        ways_up=[way for way in WAYS_UP if way.level > account.ial],
    )


@router.post(
    "/window-checks", status_code=201, summary="窗口核验身份证件 · An identity document seen at a window"
)
@answer_not_stored
async def check_at_window(body: WindowCheck, uow: Uow, desk: TheDesk, caller: Sworn) -> WindowChecked:
    """核验人、窗口和时间会留痕，并告知本人 · Who checked, where and when is kept, and the person is told."""
    reader = Reader()
    phone, name = reader.phone(body.phone), reader.name(body.name)
    id_number = reader.id_number(body.id_number)
    reader.done()
    account = await desk.verify_at_window(uow, caller.account_id, Seen(phone, name, id_number, body.window))
    return WindowChecked(account_id=account.id, name=mask_name(name), ial=account.ial)
