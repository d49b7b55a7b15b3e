"""The OpenID provider, put together."""

from datetime import timedelta

import httpx2

from .. import policies
from ..api.oidc import clients, consents, log_in, log_out, provider, questions, register, strays
from ..api.oidc.pages import Pages
from ..application.oidc.administer_clients import AdministerClients
from ..application.oidc.agree import Agree, WithdrawConsent
from ..application.oidc.authenticate_client import AuthenticateClient
from ..application.oidc.authorize import Authorize
from ..application.oidc.come_in import ComeIn
from ..application.oidc.end_session import EndSession
from ..application.oidc.find_grant import FindGrant
from ..application.oidc.give_code import GiveCode
from ..application.oidc.handlers import OidcDesk
from ..application.oidc.inspect_token import InspectToken, RevokeToken
from ..application.oidc.issue_tokens import IssueTokens
from ..application.oidc.read_userinfo import ReadUserinfo
from ..application.oidc.sign_tokens import SignTokens
from ..application.oidc.tell_clients import TELL_CLIENT, DeliverLogOut
from ..application.sweep import Sweep
from ..channels.oidc_log_out import HttpLogOut
from ..channels.outward import OutwardTransport
from ..domain.oidc.networks import ClientNetworks
from ..persistence.oidc.clients import SqlClients
from ..persistence.oidc.consents import SqlConsents
from ..persistence.oidc.flows import SqlFlows
from ..persistence.oidc.grants import SqlGrants, SqlParticipations
from ..persistence.oidc.seats import SqlSeats
from .parts import Parts

ROUTERS = (
    provider.router,
    provider.authorize_router,
    log_in.router,
    register.router,
    questions.router,
    log_out.router,
    clients.router,
    consents.router,
    strays.router,
)
SWEEP = "identity.oidc_sweep"


def wire(parts: Parts) -> None:
    service, settings, stores, begin = parts.service, parts.settings, parts.stores, parts.service.begin
    issuer, policy = settings.issuer, policies.browser_policy(settings)
    registered, flows, consents_given = SqlClients(), SqlFlows(parts.sealer), SqlConsents()
    seats, participations = SqlSeats(stores.sessions), SqlParticipations()
    grants = SqlGrants(parts.sealer, stores.sessions)
    tokens = SignTokens(parts.ring, issuer, settings.access_token_lifetime)
    find_grant = FindGrant(grants, tokens)
    give_code = GiveCode(grants, seats, policy, issuer)
    networks = ClientNetworks(settings.client_networks)
    # Its own client: a department's slow system must not hold up what goes to the partners.
    outward = parts.to_clients or OutwardTransport(networks, httpx2.AsyncHTTPTransport())
    outgoing = httpx2.AsyncClient(timeout=5, transport=outward)
    service.on_stop(outgoing.aclose)
    service.state.oidc = OidcDesk(
        issuer=issuer,
        authorize=Authorize(begin, registered, flows, seats, tokens, give_code),
        flows=flows,
        come_in=ComeIn(seats, parts.revoke_access, policy),
        agree=Agree(consents_given, flows),
        authenticate_client=AuthenticateClient(
            begin, registered, parts.count_forgeries, frozenset({issuer, f"{issuer}/oidc/token"})
        ),
        issue_tokens=IssueTokens(begin, grants, seats, tokens, policy),
        read_userinfo=ReadUserinfo(find_grant, registered, stores.accounts, stores.officers),
        inspect_token=InspectToken(find_grant, registered, tokens),
        revoke_token=RevokeToken(find_grant, grants),
        end_session=EndSession(begin, registered, participations, tokens, parts.revoke_access),
        administer=AdministerClients(registered, stores.organisation, networks),
        clients=registered,
        consents=consents_given,
        withdraw_consent=WithdrawConsent(consents_given, grants, parts.tell_clients),
        ways_in=parts.ways_in,
    )
    service.state.pages = Pages(secure=issuer.startswith("https://"))
    service.state.stray_page = strays.stray_page
    service.job(TELL_CLIENT, DeliverLogOut(participations, tokens, HttpLogOut(outgoing)))
    service.job(SWEEP, Sweep(registered, flows), every=timedelta(hours=1))
