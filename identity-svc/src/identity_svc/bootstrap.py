"""The one place that picks concrete classes and wires them together."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
from chassis.jobs.job import JobHandler
from chassis.sealing import SealBroken, Sealer
from chassis.service import Service

from . import policies
from .api import accounts, internal, keys, me, officers, organisation, sessions
from .application.attempts import Attempts
from .application.change_officer import ChangeOfficer
from .application.change_password import ChangePassword
from .application.create_officer import CreateOfficer
from .application.deliver_code import DeliverCode
from .application.handlers import ROTATE_KEYS, SWEEP, Menu, jobs
from .application.hash_passwords import Passwords
from .application.issue_service_token import IssueServiceToken
from .application.key_ring import KeyRing
from .application.load_organisation import LoadOrganisation
from .application.log_in import LogIn
from .application.log_out import LogOut
from .application.mint_tokens import MintTokens
from .application.open_session import OpenSession
from .application.prove_code import ProveCode
from .application.refresh_session import RefreshSession
from .application.register_account import RegisterAccount
from .application.request_code import RequestCode
from .application.rotate_keys import RotateKeys
from .application.seed_demo import SeedDemo
from .application.sweep import Sweep
from .application.verify_real_name import VerifyRealName
from .channels.real_name import PartnerRealName
from .channels.signed_partner import SignedPartner
from .channels.sms import PartnerSms
from .persistence import tables
from .persistence.access_log import SqlAccessLog
from .persistence.accounts import SqlAccounts
from .persistence.codes import SqlCodes
from .persistence.keys import SqlKeys
from .persistence.logins_file import LoginsFile
from .persistence.officers import SqlOfficers
from .persistence.organisation import SqlOrganisation
from .persistence.sessions import SqlSessions
from .persistence.throttle import SqlThrottle
from .settings import IdentitySettings

_EVERY = {ROTATE_KEYS: timedelta(hours=1), SWEEP: timedelta(hours=1)}


def build(settings: IdentitySettings, *, transport: httpx2.AsyncBaseTransport | None = None) -> Service:
    """The service; `transport` stands in for the way to the partners."""
    service = Service(
        "identity-svc",
        settings,
        metadata=tables.metadata,
        migrations=Path(__file__).parent / "migrations",
    )
    service.include(
        organisation.router,
        accounts.router,
        sessions.router,
        me.router,
        officers.router,
        keys.router,
        internal.router,
    )
    if settings.data_keys is None or settings.lookup_key is None:
        service.on_start(_refuse_to_start)  # printing the API document needs no keys
    else:
        sealer = Sealer(settings.data_keys.get_secret_value(), settings.lookup_key.get_secret_value())
        _wire(service, settings, sealer, transport)
    return service


async def _refuse_to_start() -> None:
    raise RuntimeError("set DATA_KEYS and LOOKUP_KEY: personal data and signing keys are sealed at rest")


@dataclass(frozen=True, slots=True)
class _Stores:
    accounts: SqlAccounts
    officers: SqlOfficers
    sessions: SqlSessions
    codes: SqlCodes
    keys: SqlKeys
    throttle: SqlThrottle
    organisation: SqlOrganisation
    access_log: SqlAccessLog


def _wire(
    service: Service,
    settings: IdentitySettings,
    sealer: Sealer,
    transport: httpx2.AsyncBaseTransport | None,
) -> None:
    stores = _Stores(
        accounts=SqlAccounts(sealer),
        officers=SqlOfficers(sealer),
        sessions=SqlSessions(sealer),
        codes=SqlCodes(sealer),
        keys=SqlKeys(sealer),
        throttle=SqlThrottle(),
        organisation=SqlOrganisation(),
        access_log=SqlAccessLog(),
    )
    client = httpx2.AsyncClient(base_url=settings.partners_url, timeout=5, transport=transport)
    service.on_stop(client.aclose)
    sms = _partner(client, "X-Sms", settings.partners_app, settings.sms_secret.get_secret_value())
    registry = _partner(
        client, "X-Realname", settings.partners_app, settings.realname_secret.get_secret_value()
    )
    passwords = Passwords()
    ring = KeyRing(service.begin, stores.keys)
    rotate_keys = RotateKeys(stores.keys, policies.key_policy(settings))
    service.verify_with(ring.key_set)
    service.state.menu = _menu(service, settings, sealer, stores, passwords, ring, PartnerRealName(registry))
    work = jobs(
        DeliverCode(stores.codes, PartnerSms(sms)),
        rotate_keys,
        Sweep(stores.codes, stores.throttle, stores.sessions),
    )
    _add_jobs(service, work)
    _load_at_start(service, settings, stores, passwords, ring, rotate_keys)


def _partner(client: httpx2.AsyncClient, prefix: str, app: str, secret: str) -> SignedPartner:
    return SignedPartner(client, prefix, app, secret.strip().encode())


def _add_jobs(service: Service, work: dict[str, JobHandler]) -> None:
    for kind, handler in work.items():
        service.job(kind, handler, every=_EVERY.get(kind))


def _menu(
    service: Service,
    settings: IdentitySettings,
    sealer: Sealer,
    stores: _Stores,
    passwords: Passwords,
    ring: KeyRing,
    registry: PartnerRealName,
) -> Menu:
    begin = service.begin
    attempts = Attempts(stores.throttle, sealer.lookup_hash, policies.attempt_limits(settings))
    prove_code = ProveCode(begin, stores.codes, attempts)
    minter = MintTokens(ring, settings.access_token_lifetime)
    open_session = OpenSession(stores.sessions, minter, policies.session_policies(settings))
    return Menu(
        request_code=RequestCode(
            stores.codes, stores.throttle, sealer.lookup_hash, policies.code_limits(settings)
        ),
        register_account=RegisterAccount(stores.accounts, passwords, prove_code, open_session),
        verify_real_name=VerifyRealName(begin, stores.accounts, registry, attempts, minter),
        log_in=LogIn(begin, stores.accounts, stores.officers, passwords, attempts, prove_code, open_session),
        refresh_session=RefreshSession(begin, stores.sessions, open_session),
        log_out=LogOut(stores.sessions),
        change_password=ChangePassword(
            begin, stores.accounts, stores.officers, stores.sessions, passwords, attempts, prove_code
        ),
        create_officer=CreateOfficer(stores.officers, stores.organisation, passwords),
        change_officer=ChangeOfficer(stores.officers, stores.organisation, stores.sessions),
        issue_service_token=IssueServiceToken(settings.read_service_secrets(), minter),
        key_ring=ring,
        key_set_lifetime=settings.key_set_lifetime,
        access_token_lifetime=settings.access_token_lifetime,
        organisation=stores.organisation,
        accounts=stores.accounts,
        access_log=stores.access_log,
        officers=stores.officers,
    )


def _load_at_start(
    service: Service,
    settings: IdentitySettings,
    stores: _Stores,
    passwords: Passwords,
    ring: KeyRing,
    rotate_keys: RotateKeys,
) -> None:
    async def load_keys() -> None:
        try:
            async with service.begin() as uow:
                await rotate_keys.rotate(uow)
            await ring.reload()
        except SealBroken as error:
            raise RuntimeError("DATA_KEYS lacks the key that this database was sealed under") from error

    async def load_organisation() -> None:
        await LoadOrganisation(service.begin, stores.organisation)(settings.organisation_file.read_bytes())

    async def seed_demo() -> None:
        if settings.demo_accounts_file is None:
            return
        if settings.demo_password is None:
            raise RuntimeError("DEMO_ACCOUNTS_FILE is set: set DEMO_PASSWORD too")
        await SeedDemo(
            begin=service.begin,
            organisation=stores.organisation,
            accounts=stores.accounts,
            officers=stores.officers,
            passwords=passwords,
            file=LoginsFile(settings.demo_accounts_file),
            password=settings.demo_password.get_secret_value(),
        )()

    for hook in (load_keys, load_organisation, seed_demo):
        service.on_start(hook)
