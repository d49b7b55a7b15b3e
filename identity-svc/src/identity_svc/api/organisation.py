"""The organisation, for everybody."""

from chassis.http import Router, Uow
from chassis.paging import Page
from pydantic import BaseModel, ConfigDict

from .dependencies import AfterCode, Code, Limit, TheMenu
from .paging import page

router = Router(prefix="/api/identity", tags=["organisation"])


class DepartmentView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    name_en: str
    hotline: str | None


class BranchView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    short_name: str
    name_en: str


class UnitView(BaseModel):
    """`branch` is null for the city bureau's own units."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    name_en: str
    department: str
    branch: str | None


class OpeningHoursView(BaseModel):
    """ISO weekdays 1-7; local Shanghai times `HH:MM`."""

    model_config = ConfigDict(from_attributes=True)

    days: list[int]
    opens: str
    closes: str


class WindowView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    branch: str
    departments: list[str]
    opening_hours: list[OpeningHoursView]


@router.get("/departments", summary="警种部门 · Departments")
async def list_departments(
    uow: Uow, menu: TheMenu, after: AfterCode, limit: Limit = 100
) -> Page[DepartmentView]:
    rows = await menu.organisation.departments(uow, after, limit + 1)
    return page(rows, limit, DepartmentView.model_validate, lambda row: row.code)


@router.get("/branches", summary="分局 · Branches")
async def list_branches(uow: Uow, menu: TheMenu, after: AfterCode, limit: Limit = 100) -> Page[BranchView]:
    rows = await menu.organisation.branches(uow, after, limit + 1)
    return page(rows, limit, BranchView.model_validate, lambda row: row.code)


@router.get("/units", summary="办理单位 · Units")
async def list_units(
    uow: Uow,
    menu: TheMenu,
    after: AfterCode,
    branch: Code = None,
    department: Code = None,
    limit: Limit = 100,
) -> Page[UnitView]:
    rows = await menu.organisation.units(
        uow, branch=branch, department=department, after=after, limit=limit + 1
    )
    return page(rows, limit, UnitView.model_validate, lambda row: row.code)


@router.get("/windows", summary="服务窗口 · Windows")
async def list_windows(
    uow: Uow,
    menu: TheMenu,
    after: AfterCode,
    branch: Code = None,
    department: Code = None,
    limit: Limit = 100,
) -> Page[WindowView]:
    rows = await menu.organisation.windows(
        uow, branch=branch, department=department, after=after, limit=limit + 1
    )
    return page(rows, limit, WindowView.model_validate, lambda row: row.code)
