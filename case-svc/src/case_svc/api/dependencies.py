"""Who calls, and what the routes work with."""

from typing import Annotated, Final

from chassis.http import Caller, allow
from chassis.problems import Forbidden
from contracts.tokens import Role
from fastapi import Depends, Request

from ..application import desk as application
from ..application.read_case import Reader as CaseReader
from ..domain.people import Applicant as CaseApplicant
from ..domain.people import Officer as CaseOfficer

APPLICANTS: Final = (Role.CITIZEN, Role.COMPANY)
SWORN: Final = (Role.OFFICER, Role.SUPERVISOR)
POLICE: Final = (Role.OFFICER, Role.SUPERVISOR, Role.AUXILIARY)


async def the_desk(request: Request) -> application.Desk:
    desk: application.Desk = request.app.state.desk
    return desk


def as_applicant(caller: Caller) -> CaseApplicant:
    kind = "enterprise" if caller.has(Role.COMPANY) else "person"
    return CaseApplicant(caller.account_id, kind, caller.claims.ial, caller.actor)


def as_officer(caller: Caller) -> CaseOfficer:
    claims = caller.claims
    if claims.unit is None or claims.department is None:
        raise Forbidden("您的账号没有所属单位，不能办理案件。", "Your account belongs to no unit.")
    sworn = caller.has(*SWORN)
    fitting = SWORN if sworn else (Role.AUXILIARY,)
    return CaseOfficer(
        id=caller.account_id,
        unit=claims.unit,
        department=claims.department,
        rank=claims.rank,
        is_sworn=sworn,
        is_supervisor=caller.has(Role.SUPERVISOR),
        scopes=tuple(scope for scope in claims.scopes if scope.role in fitting),
    )


async def _applicant(caller: Annotated[Caller, Depends(allow(*APPLICANTS, acting=True))]) -> CaseApplicant:
    return as_applicant(caller)


async def _sworn_officer(caller: Annotated[Caller, Depends(allow(*SWORN))]) -> CaseOfficer:
    return as_officer(caller)


async def _police(caller: Annotated[Caller, Depends(allow(*POLICE))]) -> CaseOfficer:
    return as_officer(caller)


async def _reader(caller: Annotated[Caller, Depends(allow(*APPLICANTS, *POLICE, acting=True))]) -> CaseReader:
    return as_officer(caller) if caller.has(*POLICE) else as_applicant(caller)


Desk = Annotated[application.Desk, Depends(the_desk)]
Applicant = Annotated[CaseApplicant, Depends(_applicant)]
SwornOfficer = Annotated[CaseOfficer, Depends(_sworn_officer)]
Police = Annotated[CaseOfficer, Depends(_police)]
Reader = Annotated[CaseReader, Depends(_reader)]
