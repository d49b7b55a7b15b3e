"""The city's unified identity platform, as an OpenID provider: code flow with PKCE, state and nonce."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import structlog
from chassis.clock import SHANGHAI, now
from joserfc import jwt
from joserfc.errors import JoseError

from ...domain.assurance import IAL_IDENTITY
from ...domain.personal import read_id_number
from ...domain.ways_in.errors import ProviderDown, VouchingRefused
from ...domain.ways_in.journey import Journey
from ...domain.ways_in.vouched import Provider, Vouched
from .city_metadata import CityMetadata

log = structlog.get_logger(__name__)

_SCOPE = "openid profile identity"
_IDENTITY_CARD = "111"
_LEEWAY_SECONDS = 60
_LONGEST_SUB = 255


@dataclass(frozen=True, slots=True)
class CityClient:
    """Us, at the platform. `levels`: what each of its words is worth; one that stands not there is worth nothing."""

    issuer: str
    client_id: str
    secret: str
    levels: Mapping[str, int]
    algorithms: Collection[str]


class CityPlatform:
    def __init__(self, http: httpx2.AsyncClient, client: CityClient, metadata: CityMetadata) -> None:
        self._http = http
        self._client = client
        self._metadata = metadata

    async def address(self, journey: Journey, return_uri: str) -> str:
        endpoint = (await self._metadata.get()).authorization_endpoint
        query = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": return_uri,
            "scope": _SCOPE,
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": journey.challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def vouch(self, journey: Journey, return_uri: str, answer: Mapping[str, str]) -> Vouched:
        about = await self._metadata.get()
        # Whose answer it is (RFC 9207): a code must not be carried to another provider's token endpoint.
        if answer.get("iss", None if about.tells_issuer else self._client.issuer) != self._client.issuer:
            raise self._refused("answer", "another issuer")
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": return_uri,
            "code_verifier": journey.verifier,
        }
        basic = httpx2.BasicAuth(quote(self._client.client_id, safe=""), quote(self._client.secret, safe=""))
        tokens = await self._answer("token", "POST", about.token_endpoint, data=form, auth=basic)
        claims = await self._claims(str(tokens.get("id_token", "")), journey.nonce)
        bearer = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        told = await self._answer("userinfo", "GET", about.userinfo_endpoint, headers=bearer)
        if told.get("sub") != claims["sub"]:
            raise self._refused("userinfo", "somebody else's")
        return self._vouched(claims, told)

    async def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        """What the ID token says, once everything about it was checked."""
        keys = await self._metadata.keys_for(id_token)
        wanted = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._client.issuer},
            aud={"essential": True, "value": self._client.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = jwt.decode(id_token, keys, algorithms=self._client.algorithms).claims
            wanted.validate(claims)
        except (JoseError, ValueError) as error:
            raise self._refused("id_token", type(error).__name__) from error
        audience, sub = claims["aud"], claims["sub"]
        alone = isinstance(audience, str) or len(audience) == 1 or claims.get("azp") == self._client.client_id
        if not alone or not isinstance(sub, str) or not 0 < len(sub) <= _LONGEST_SUB:
            raise self._refused("id_token", "not for us")
        return claims

    def _vouched(self, claims: dict[str, Any], told: dict[str, Any]) -> Vouched:
        names = (f"{self._client.issuer}:{claims['sub']}",)
        level = self._client.levels.get(str(claims.get("trust_level")), 0)
        name, number = str(told.get("name") or "").strip(), None
        if told.get("cert_type") == _IDENTITY_CARD:
            number = read_id_number(str(told.get("cert_no") or ""), now().astimezone(SHANGHAI).date())
        if level < IAL_IDENTITY or not name or number is None:
            # What a person says of themselves, or what is no identity card, proves no identity here.
            return Vouched(Provider.CITY, names, min(level, IAL_IDENTITY - 1))
        return Vouched(Provider.CITY, names, level, name, number)

    async def _answer(self, what: str, method: str, url: str, **how: Any) -> dict[str, Any]:
        """A JSON object. Raises VouchingRefused for what is the person's or the code's fault, else ProviderDown."""
        try:
            response = await self._http.request(method, url, **how)
            document = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("city_away", what=what, cause=type(error).__name__)
            raise ProviderDown(Provider.CITY) from None
        if response.status_code == 200 and isinstance(document, dict):
            return document
        error_code = document.get("error") if isinstance(document, dict) else None
        if response.status_code in (400, 401) and error_code in ("invalid_grant", "invalid_token"):
            raise self._refused(what, str(error_code))
        log.warning("city_away", what=what, status=response.status_code, error=str(error_code)[:60])
        raise ProviderDown(Provider.CITY)

    def _refused(self, what: str, why: str) -> VouchingRefused:
        log.warning("city_not_believed", what=what, why=why)
        return VouchingRefused(Provider.CITY)
