"""The only place that picks concrete classes."""

from collections.abc import Callable
from pathlib import Path

from chassis.audit.witness import witness_router
from chassis.jobs import Begin, Job
from chassis.jobs.job import JobHandler
from chassis.people import erase_on_request, erases, people_router
from chassis.service import Service

from .api import evaluation, reviews
from .application.handlers import RECURRING, OnJob
from .application.ports import Desk
from .consumers import event_handlers
from .persistence.history import PgHistory
from .persistence.people import EvaluationPeople
from .persistence.reviews import PgReviews
from .persistence.sealed import SEALED
from .persistence.statistics import PgStatistics
from .persistence.tables import metadata
from .settings import EvaluationSettings


def build(settings: EvaluationSettings) -> Service:
    migrations = Path(__file__).parent / "migrations"
    service = Service("evaluation-svc", settings, metadata=metadata, migrations=migrations)
    service.include(reviews.router, evaluation.router, witness_router())

    def people() -> EvaluationPeople:
        return EvaluationPeople(settings.sealer())

    service.include(people_router(people, service.begin))
    erases(service, people)

    def desk() -> Desk:
        opened: Desk = service.state.desk
        return opened

    async def open_desk() -> None:
        service.state.desk = Desk(PgHistory(), PgReviews(settings.sealer()), PgStatistics())

    if settings.data_keys is not None:
        service.seal_with(settings.sealer(), SEALED)
    service.on_start(open_desk)
    service.consume(event_handlers(desk, erase_on_request(people)))
    for kind, (use_case, every) in RECURRING.items():
        service.job(kind, _job(use_case, desk), every=every)
    return service


def _job(use_case: OnJob, desk: Callable[[], Desk]) -> JobHandler:
    async def run(job: Job, begin: Begin) -> None:
        await use_case(desk(), job, begin)

    return run
