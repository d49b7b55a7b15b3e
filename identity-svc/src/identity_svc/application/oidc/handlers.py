"""The provider's menu: what its routes may call."""

from dataclasses import dataclass

from ...domain.oidc.ways_in import WaysIn
from .administer_clients import AdministerClients
from .agree import Agree, WithdrawConsent
from .authenticate_client import AuthenticateClient
from .authorize import Authorize
from .come_in import ComeIn
from .end_session import EndSession
from .inspect_token import InspectToken, RevokeToken
from .issue_tokens import IssueTokens
from .ports import Clients, Consents, Flows
from .read_userinfo import ReadUserinfo


@dataclass(frozen=True, slots=True)
class OidcDesk:
    """`issuer` is the platform's public address."""

    issuer: str
    authorize: Authorize
    flows: Flows
    come_in: ComeIn
    agree: Agree
    authenticate_client: AuthenticateClient
    issue_tokens: IssueTokens
    read_userinfo: ReadUserinfo
    inspect_token: InspectToken
    revoke_token: RevokeToken
    end_session: EndSession
    administer: AdministerClients
    clients: Clients
    consents: Consents
    withdraw_consent: WithdrawConsent
    ways_in: WaysIn
