"""The one place that picks concrete classes and wires them together; an area of its own is a module here."""

from datetime import timedelta
from pathlib import Path

import httpx2
from chassis.audit.witness import witness_router
from chassis.service import Service

from .. import policies
from ..api import (
    accounts,
    addresses,
    internal,
    keys,
    me,
    messages,
    my_sessions,
    officers,
    organisation,
    sessions,
)
from ..application.alert_supervisors import AlertSupervisors
from ..application.change_officer import ChangeOfficer
from ..application.change_password import ChangePassword
from ..application.create_officer import CreateOfficer
from ..application.deliver_code import DeliverCode
from ..application.end_sessions import EndSessions
from ..application.handlers import ROTATE_KEYS, SWEEP, Menu, jobs
from ..application.issue_service_token import IssueServiceToken
from ..application.keep_addresses import KeepAddresses
from ..application.log_in import LogIn
from ..application.log_out import LogOut
from ..application.refresh_session import RefreshSession
from ..application.register_account import RegisterAccount
from ..application.request_code import RequestCode
from ..application.rotate_keys import RotateKeys
from ..application.sms_budget import SmsBudget
from ..application.strangers import TellHolder
from ..application.sweep import Sweep
from ..application.verify_real_name import VerifyRealName
from ..channels.real_name import PartnerRealName
from ..channels.sms import PartnerSms
from ..consumers import event_handlers
from ..persistence import tables
from ..persistence.rotation import TARGETS
from ..settings import IdentitySettings
from . import assurance, duty, factors, mandates, oidc, people, scopes, sheets, ways_in
from .parts import Parts
from .start import load_at_start

_EVERY = {ROTATE_KEYS: timedelta(hours=1), SWEEP: timedelta(hours=1)}
_ROUTERS = (
    organisation.router,
    accounts.router,
    sessions.router,
    me.router,
    addresses.router,
    addresses.internal_router,
    messages.router,
    my_sessions.router,
    officers.router,
    keys.router,
    internal.router,
    *assurance.ROUTERS,
    *factors.ROUTERS,
    *scopes.ROUTERS,
    *duty.ROUTERS,
    *sheets.ROUTERS,
    *ways_in.ROUTERS,
    *mandates.ROUTERS,
    *oidc.ROUTERS,
    *people.ROUTERS,
)


def build(settings: IdentitySettings, *, transport: httpx2.AsyncBaseTransport | None = None) -> Service:
    """The service; `transport` stands in for the way to the partners."""
    service = Service(
        "identity-svc",
        settings,
        metadata=tables.metadata,
        migrations=Path(__file__).parents[1] / "migrations",
    )
    service.include(*_ROUTERS, witness_router())
    if settings.data_keys is None or settings.lookup_key is None:
        service.on_start(_refuse_to_start)  # printing the API document needs no keys
    else:
        sealer = settings.sealer()
        service.seal_with(sealer, TARGETS)
        _wire(Parts.of(service, settings, sealer, transport))
    return service


async def _refuse_to_start() -> None:
    raise RuntimeError("set DATA_KEYS and LOOKUP_KEY: personal data and signing keys are sealed at rest")


def _wire(parts: Parts) -> None:
    service, settings, stores = parts.service, parts.settings, parts.stores
    rotate_keys = RotateKeys(stores.keys, policies.key_policy(settings))
    service.verify_with(parts.ring.key_set)
    service.state.parts = parts
    service.state.addresses = addresses.AddressDesk(stores.addresses, KeepAddresses(stores.addresses))
    factors.wire(parts)
    scopes.wire(parts)
    duty.wire(parts)
    service.state.menu = _menu(parts, service.state.factors)
    sheets.wire(parts)
    service.consume(event_handlers(AlertSupervisors(stores.officers, stores.messages)))
    sms = PartnerSms(parts.partner("X-Sms", settings.sms_secret.get_secret_value()))
    sweep = Sweep(
        stores.codes,
        stores.throttle,
        stores.places,
        stores.sessions,
        stores.revocations,
        stores.messages,
        service.state.factors.devices,
        service.state.factors.spent,
        service.state.scopes.store,
        service.state.duty.store,
    )
    tell_holder = TellHolder(stores.messages)
    for kind, handler in jobs(DeliverCode(stores.codes, sms), tell_holder, rotate_keys, sweep).items():
        service.job(kind, handler, every=_EVERY.get(kind))
    assurance.wire(parts)
    ways_in.wire(parts)
    mandates.wire(parts)
    oidc.wire(parts)
    people.wire(parts)
    load_at_start(parts, rotate_keys)


def _request_code(parts: Parts) -> RequestCode:
    stores, settings = parts.stores, parts.settings
    budget = SmsBudget(stores.throttle, parts.sealer.lookup_hash, policies.sms_budgets(settings))
    parts.service.concern("sms_budget", budget.nearly_used_up)
    return RequestCode(
        stores.codes,
        stores.accounts,
        stores.throttle,
        parts.recognise,
        parts.strangers,
        budget,
        parts.code_allowances,
        policies.code_limits(settings).resend.every,
    )


def _change_password(parts: Parts, second: factors.FactorsDesk) -> ChangePassword:
    stores = parts.stores
    return ChangePassword(
        parts.service.begin,
        stores.accounts,
        stores.officers,
        parts.revoke_access,
        parts.passwords,
        parts.attempts,
        parts.prove_code,
        second.devices,
        stores.places,
        parts.sealer.lookup_hash,
    )


def _menu(parts: Parts, second: factors.FactorsDesk) -> Menu:
    settings, stores, begin = parts.settings, parts.stores, parts.service.begin
    passwords, attempts, prove_code = parts.passwords, parts.attempts, parts.prove_code
    open_session, revoke_access = parts.open_session, parts.revoke_access
    registry = PartnerRealName(parts.partner("X-Realname", settings.realname_secret.get_secret_value()))
    return Menu(
        request_code=_request_code(parts),
        register_account=RegisterAccount(stores.accounts, passwords, prove_code, open_session),
        verify_real_name=VerifyRealName(
            begin, stores.accounts, registry, attempts, parts.raise_assurance, parts.minter
        ),
        log_in=LogIn(
            begin,
            stores.accounts,
            stores.officers,
            passwords,
            attempts,
            parts.recognise,
            parts.strangers,
            prove_code,
            open_session,
            second.ask,
        ),
        refresh_session=RefreshSession(
            begin, stores.sessions, open_session, revoke_access, parts.count_forgeries
        ),
        log_out=LogOut(revoke_access),
        end_sessions=EndSessions(stores.sessions, revoke_access),
        change_password=_change_password(parts, second),
        create_officer=CreateOfficer(stores.officers, stores.organisation, passwords),
        change_officer=ChangeOfficer(
            stores.officers,
            stores.organisation,
            revoke_access,
            second.devices,
            parts.service.state.scopes.store,
        ),
        issue_service_token=IssueServiceToken(settings.read_service_secrets(), parts.minter),
        key_ring=parts.ring,
        key_set_lifetime=settings.key_set_lifetime,
        access_token_lifetime=settings.access_token_lifetime,
        organisation=stores.organisation,
        accounts=stores.accounts,
        access_log=stores.access_log,
        messages=stores.messages,
        sessions=stores.sessions,
        revocations=stores.revocations,
        officers=stores.officers,
        people=stores.people,
    )
