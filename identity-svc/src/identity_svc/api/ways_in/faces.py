"""The face check, which raises the level to 3."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from contracts.tokens import Role
from fastapi import Depends
from pydantic import BaseModel, Field, StringConstraints

from ...domain.ways_in.faces import FaceState
from ..dependencies import TheMenu, not_cached
from ..fields import Body
from ..views import authentication_of, session_id_of
from .views import TheWaysIn

router = Router(prefix="/api/identity/face-checks", tags=["assurance"], dependencies=[Depends(not_cached)])
Person = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]


class NewFaceCheck(Body):
    """`return_to`: a path of ours, whereto the service's page leads back, with `face_check=<id>` in the query.

    For a company it is its legal representative's face.
    """

    return_to: Annotated[str, StringConstraints(max_length=300)] = "/"


class FaceCheckStarted(BaseModel):
    """Send the person to `url`, then ask for the result: that they came back proves nothing."""

    id: UUID
    url: str


class FaceResult(BaseModel):
    """Passed: `access_token` replaces the one in use, for it says the new level."""

    state: FaceState
    access_token: str | None = None
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int | None = Field(default=None)


@router.post("", status_code=201, summary="发起人脸核验 · Begin a face check")
@answer_not_stored
async def start(body: NewFaceCheck, desk: TheWaysIn, caller: Person) -> FaceCheckStarted:
    check_id, page = await desk.check_face.start(caller.account_id, body.return_to)
    return FaceCheckStarted(id=check_id, url=page.url)


@router.post("/{check_id}/result", summary="查询人脸核验结果 · What came of it")
@answer_not_stored
async def result(check_id: UUID, uow: Uow, menu: TheMenu, desk: TheWaysIn, caller: Person) -> FaceResult:
    state, token = await desk.check_face.result(
        uow, caller.account_id, check_id, session_id_of(caller), authentication_of(caller)
    )
    if token is None:
        return FaceResult(state=state)
    lifetime = int(menu.access_token_lifetime.total_seconds())
    return FaceResult(state=state, access_token=token, expires_in=lifetime)
