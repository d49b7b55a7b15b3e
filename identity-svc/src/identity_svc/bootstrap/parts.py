"""What every area is wired from: made once, shared by all."""

from dataclasses import dataclass

import httpx2
from chassis.sealing import Sealer
from chassis.service import Service

from .. import policies
from ..application.attempts import Attempts
from ..application.code_allowances import CodeAllowances
from ..application.count_forgeries import CountForgeries
from ..application.hash_passwords import Passwords
from ..application.key_ring import KeyRing
from ..application.mandates.answer import AnswerMandate
from ..application.mandates.claim_ward import ClaimWard
from ..application.mandates.notices import JobNotices
from ..application.mint_tokens import MintTokens
from ..application.oidc.tell_clients import TellClients
from ..application.open_session import OpenSession
from ..application.prove_code import ProveCode
from ..application.raise_assurance import RaiseAssurance
from ..application.recognise import Recognise
from ..application.revoke_access import RevokeAccess
from ..application.strangers import Strangers
from ..channels.signed_partner import SignedPartner
from ..domain.oidc.ways_in import WaysIn
from ..persistence.access_log import SqlAccessLog
from ..persistence.accounts import SqlAccounts
from ..persistence.addresses import SqlAddressBooks
from ..persistence.assurance import SqlAssurance
from ..persistence.codes import SqlCodes
from ..persistence.factors.devices import SqlTrustedDevices
from ..persistence.keys import SqlKeys
from ..persistence.mandates import SqlMandates, SqlPeople
from ..persistence.messages import SqlMessages
from ..persistence.officers import SqlOfficers
from ..persistence.oidc.grants import SqlParticipations
from ..persistence.organisation import SqlOrganisation
from ..persistence.places import SqlPlaces
from ..persistence.revocations import SqlRevocations
from ..persistence.sessions import SqlSessions
from ..persistence.throttle import SqlThrottle
from ..settings import IdentitySettings
from .revocations import publishing


@dataclass(frozen=True, slots=True)
class Stores:
    accounts: SqlAccounts
    assurance: SqlAssurance
    officers: SqlOfficers
    sessions: SqlSessions
    revocations: SqlRevocations
    messages: SqlMessages
    codes: SqlCodes
    keys: SqlKeys
    throttle: SqlThrottle
    places: SqlPlaces
    organisation: SqlOrganisation
    access_log: SqlAccessLog
    mandates: SqlMandates
    addresses: SqlAddressBooks
    people: SqlPeople

    @classmethod
    def over(cls, sealer: Sealer, *, requires_factor: bool) -> "Stores":
        accounts = SqlAccounts(sealer)
        return cls(
            accounts=accounts,
            assurance=SqlAssurance(),
            officers=SqlOfficers(sealer, requires_factor=requires_factor),
            sessions=SqlSessions(sealer, requires_factor=requires_factor),
            revocations=SqlRevocations(),
            messages=SqlMessages(),
            codes=SqlCodes(sealer),
            keys=SqlKeys(sealer),
            throttle=SqlThrottle(),
            places=SqlPlaces(),
            organisation=SqlOrganisation(),
            access_log=SqlAccessLog(),
            mandates=SqlMandates(sealer),
            addresses=SqlAddressBooks(sealer),
            people=SqlPeople(accounts, sealer),
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """`client` reaches the partners; its base address is theirs. `ways_in`: areas add theirs to the log-in pages.
    `to_clients` stands in for the way to departments' systems in tests."""

    service: Service
    settings: IdentitySettings
    sealer: Sealer
    client: httpx2.AsyncClient
    stores: Stores
    passwords: Passwords
    ring: KeyRing
    minter: MintTokens
    attempts: Attempts
    count_forgeries: CountForgeries
    recognise: Recognise
    strangers: Strangers
    code_allowances: CodeAllowances
    prove_code: ProveCode
    open_session: OpenSession
    revoke_access: RevokeAccess
    raise_assurance: RaiseAssurance
    answer_mandate: AnswerMandate
    tell_clients: TellClients
    ways_in: WaysIn
    to_clients: httpx2.AsyncBaseTransport | None

    @classmethod
    def of(
        cls,
        service: Service,
        settings: IdentitySettings,
        sealer: Sealer,
        transport: httpx2.AsyncBaseTransport | None,
    ) -> "Parts":
        stores = Stores.over(sealer, requires_factor=settings.officer_second_factor == "required")
        client = httpx2.AsyncClient(base_url=settings.partners_url, timeout=5, transport=transport)
        service.on_stop(client.aclose)
        ring = KeyRing(service.begin, stores.keys)
        allowances = CodeAllowances(sealer.lookup_hash, policies.code_limits(settings))
        attempts = Attempts(stores.throttle, sealer.lookup_hash, policies.attempt_limits(settings))
        minter = MintTokens(ring, settings.access_token_lifetime)
        tell_clients = TellClients(SqlParticipations())
        revoke_access = RevokeAccess(
            stores.sessions,
            stores.revocations,
            settings.access_token_lifetime,
            tell_clients,
            publishing(service, settings, stores.revocations),
        )
        answer_mandate = AnswerMandate(
            stores.mandates, stores.people, stores.messages, JobNotices(), revoke_access
        )
        claim_ward = ClaimWard(stores.mandates, stores.people, answer_mandate)
        return cls(
            service=service,
            settings=settings,
            sealer=sealer,
            client=client,
            stores=stores,
            passwords=Passwords(),
            ring=ring,
            minter=minter,
            attempts=attempts,
            count_forgeries=CountForgeries(service.begin, stores.throttle, sealer.lookup_hash),
            recognise=Recognise(stores.places, SqlTrustedDevices(), sealer.lookup_hash),
            strangers=Strangers(service.begin, stores.throttle, sealer.lookup_hash),
            code_allowances=allowances,
            prove_code=ProveCode(service.begin, stores.codes, stores.throttle, attempts, allowances),
            open_session=OpenSession(
                stores.sessions,
                stores.messages,
                minter,
                sealer.lookup_hash,
                policies.session_policies(settings),
            ),
            revoke_access=revoke_access,
            raise_assurance=RaiseAssurance(stores.accounts, stores.assurance, stores.messages, claim_ward),
            answer_mandate=answer_mandate,
            tell_clients=tell_clients,
            ways_in=WaysIn(),
            to_clients=transport,
        )

    def partner(self, prefix: str, secret: str) -> SignedPartner:
        """A partner that signs by HMAC; `prefix` as in its headers, `X-Sms`."""
        return SignedPartner(self.client, prefix, self.settings.partners_app, secret.strip().encode())
