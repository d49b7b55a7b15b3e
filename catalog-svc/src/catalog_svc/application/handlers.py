"""The menu: which event and which job leads to what."""

from collections.abc import Mapping

from chassis.jobs.job import JobHandler
from chassis.messages.received import Handler
from contracts.events import Event
from contracts.identity import BranchDefined, DepartmentDefined, UnitDefined, WindowDefined

from .keep_organisation import REBUILD, KeepOrganisation


def event_handlers(organisation: KeepOrganisation) -> Mapping[type[Event], Handler]:
    return {
        DepartmentDefined: organisation.department,
        BranchDefined: organisation.branch,
        UnitDefined: organisation.unit,
        WindowDefined: organisation.window,
    }


def job_handlers(organisation: KeepOrganisation) -> Mapping[str, JobHandler]:
    return {REBUILD: organisation.rebuild}
