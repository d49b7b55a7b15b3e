"""What the catalogue says of itself, to be compared with its items."""

from typing import Annotated

from contracts.catalog import OnlineClass
from pydantic import BaseModel, ConfigDict, Field


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class DeclaredDepartment(_Declared):
    code: str
    name: str
    items: Annotated[int, Field(ge=0)]


class DeclaredCatalogue(_Declared):
    """`catalogue.yaml`: how many items there are, by class and by department."""

    items: Annotated[int, Field(ge=0)]
    online_classes: dict[OnlineClass, Annotated[int, Field(ge=0)]]
    departments: list[DeclaredDepartment]

    def department_codes(self) -> frozenset[str]:
        return frozenset(department.code for department in self.departments)
