"""Loading the organisation file at the start: whole, in one transaction, and only when it changed."""

import hashlib
from dataclasses import asdict
from typing import Any

import structlog
import yaml
from chassis.jobs import Begin
from contracts.events import Event
from contracts.identity import BranchDefined, DepartmentDefined, OpeningHours, UnitDefined, WindowDefined

from ..domain.organisation import Branch, Department, Organisation, Unit, Window
from ..domain.organisation_lint import Finding, OrganisationFileInvalid, read_organisation
from .ports import OrganisationStore

log = structlog.get_logger(__name__)

_NAME = "organisation"


class OrganisationShrank(Exception):
    """The file lacks what the database has. Cases and officers may refer to it, so nothing is removed."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"the organisation file no longer has {', '.join(missing[:20])}: nothing was loaded")
        self.missing = missing


def parse_organisation(text: bytes) -> Organisation:
    """The organisation in a YAML file; raises OrganisationFileInvalid with every finding."""
    try:
        raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise OrganisationFileInvalid([Finding("file", f"is not YAML: {error}")]) from error
    return read_organisation(raw)


class LoadOrganisation:
    def __init__(self, begin: Begin, organisation: OrganisationStore) -> None:
        self._begin = begin
        self._organisation = organisation

    async def __call__(self, text: bytes) -> int:
        """How many things are new or changed. Raises OrganisationFileInvalid or OrganisationShrank."""
        fingerprint = hashlib.sha256(text).hexdigest()
        async with self._begin() as uow:
            if await self._organisation.fingerprint(uow, _NAME) == fingerprint:
                return 0
            await self._organisation.lock(uow)
            organisation = parse_organisation(text)
            if missing := await self._organisation.missing(uow, organisation):
                raise OrganisationShrank(missing)
            changed = await self._organisation.put(uow, organisation)
            for thing, version in changed:
                uow.emit(_event(thing), version=version)
            await self._organisation.remember(uow, _NAME, fingerprint)
        log.info("organisation_loaded", changed=len(changed))
        return len(changed)


def _event(thing: Any) -> Event:
    match thing:
        case Department():
            return DepartmentDefined(code=thing.code, name=thing.name, name_en=thing.name_en)
        case Branch():
            return BranchDefined(**asdict(thing))
        case Unit():
            return UnitDefined(**asdict(thing))
        case Window():
            hours = tuple(OpeningHours(**asdict(period)) for period in thing.opening_hours)
            return WindowDefined(
                code=thing.code,
                name=thing.name,
                branch=thing.branch,
                departments=thing.departments,
                opening_hours=hours,
            )
    raise TypeError(f"no event says that {type(thing).__name__} was defined")
