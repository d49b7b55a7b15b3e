"""The only place that picks concrete classes."""

import re
from functools import partial
from pathlib import Path
from typing import Any

from chassis.auth.service_token import ServiceToken
from chassis.http_client import ServiceClient
from chassis.parity import TallyDays
from chassis.people import erase_on_request, erases, people_router
from chassis.service import Service
from contracts.case import CaseDayTallied
from contracts.identity import AccountErased

from .api import cases, drafts, exceptions, internal, live, materials, officers, submission
from .application.desk import Desk
from .application.follow_case import Followers
from .application.handlers import ON_JOB
from .application.sweep_files import EVERY, SWEEP_FILES, SweepFiles
from .channels.identity import PeopleDirectory
from .consumers import event_handlers
from .documents.api import router as documents_router
from .documents.desk import DocumentDesk
from .documents.issuing import DocumentIssuer
from .documents.signing import DocumentSigner
from .domain.postage import Tariff
from .domain.working_days import default_calendar
from .materials.store import MaterialStore
from .persistence.break_glass import BreakGlassTable
from .persistence.cases import CaseTable
from .persistence.claims import ClaimTable
from .persistence.file_keys import FileKeys
from .persistence.folders import FolderTables
from .persistence.forms import FormTable
from .persistence.hands import HandsTable
from .persistence.history import HistoryTable
from .persistence.items import ItemShelf
from .persistence.lists import CaseLists
from .persistence.materials import MaterialTable
from .persistence.organisation import OrganisationTables
from .persistence.parity import PAID
from .persistence.people import CasePeople
from .persistence.rotation import targets
from .persistence.tables import metadata
from .settings import CaseSettings


def build(settings: CaseSettings) -> Service:
    service = Service(
        "case-svc", settings, metadata=metadata, migrations=Path(__file__).parent / "migrations"
    )
    # `exceptions`, `queue` and `numbers` come before `{case_id}`.
    service.include(
        exceptions.router, officers.router, cases.router, drafts.router, submission.router, materials.router
    )
    service.include(documents_router, internal.router, live.router)
    followers = Followers()
    desk, documents = _desks(settings, service, followers)
    service.state.desk, service.state.documents = desk, documents
    service.state.followers = followers

    async def follow() -> None:
        followers.begin(desk, service.begin)

    service.on_start(follow)
    service.on_stop(followers.end)
    service.consume(event_handlers(desk))
    for kind, use_case in ON_JOB.items():
        service.job(kind, partial(use_case, desk))
    service.state.days = TallyDays(service, CaseDayTallied, [PAID], readers=("payment-svc", "evaluation-svc"))
    service.job(SWEEP_FILES, SweepFiles(documents.store, FileKeys()), every=EVERY)
    return service


def _desks(settings: CaseSettings, service: Service, followers: Followers) -> tuple[Desk, DocumentDesk]:
    sealer = settings.sealer()
    files = MaterialStore(settings.files_url, sealer)
    service.seal_with(sealer, targets(files))
    issuer = DocumentIssuer(_signer(settings), sealer)
    kept = CasePeople(sealer, files, issuer)
    service.include(people_router(lambda: kept, service.begin, files=True))
    service.consume({AccountErased: erase_on_request(lambda: kept)})
    erases(service, lambda: kept)
    history = HistoryTable(sealer)
    people = _people(settings, service)
    desk = Desk(
        cases=CaseTable(sealer, followers.moved),
        forms=FormTable(sealer),
        folders=FolderTables(sealer),
        materials=MaterialTable(sealer),
        items=ItemShelf(),
        organisation=OrganisationTables(),
        history=history,
        hands=HandsTable(),
        lists=CaseLists(),
        claims=ClaimTable(),
        exceptions=BreakGlassTable(sealer),
        documents=issuer,
        people=people,
        files=files,
        calendar=default_calendar(),
        submit_min_ial=settings.submit_min_ial,
        tariff=Tariff(settings.home_province, settings.postage_near_cents, settings.postage_far_cents),
    )
    documents = DocumentDesk(
        issuer=issuer,
        store=files,
        find_person=people.find,
        record_view=history.record_view,
        note=history.note,
        public_url=settings.public_url,
        more_fonts=Path(settings.more_fonts) if settings.more_fonts else None,
    )
    return desk, documents


def _people(settings: CaseSettings, service: Service) -> PeopleDirectory:
    token = ServiceToken(settings.identity_url, service.name, _secret(settings.service_secret))
    client = ServiceClient(settings.identity_url, token, timeout=3)
    service.on_stop(client.close)
    service.on_stop(token.close)
    return PeopleDirectory(client)


def _signer(settings: CaseSettings) -> DocumentSigner:
    earlier = re.findall(
        r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", settings.document_earlier_keys, re.DOTALL
    )
    return DocumentSigner(
        settings.document_key.get_secret_value().encode(), [pem.encode() for pem in earlier]
    )


def _secret(value: Any) -> str:
    return value.get_secret_value() if value is not None else ""
