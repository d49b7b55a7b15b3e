"""The other ways in, put together."""

from datetime import timedelta

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ..api.ways_in import face_pages, faces, links, openids, pages, qr, qr_pages, sessions, travel
from ..application.sweep import Sweep
from ..application.ways_in.attach import Attach
from ..application.ways_in.check_face import CheckFace
from ..application.ways_in.enter import Enter
from ..application.ways_in.handlers import WaysInDesk
from ..application.ways_in.link_phone import LinkPhone
from ..application.ways_in.log_in_by_qr import LogInByQr
from ..application.ways_in.manage_links import ManageLinks
from ..application.ways_in.ports import Destination
from ..application.ways_in.travel import Travel
from ..channels.ways_in.city import CityClient, CityPlatform
from ..channels.ways_in.city_metadata import CityMetadata
from ..channels.ways_in.faces import PartnerFaceService
from ..channels.ways_in.shared_token import SharedToken
from ..channels.ways_in.wechat import WeChatApi, WeChatApp, WeChatLogIn
from ..channels.ways_in.wechat_page import WeChatPage
from ..domain.oidc.ways_in import WayIn
from ..domain.ways_in.places import Places
from ..domain.ways_in.vouched import Provider
from ..persistence.ways_in.faces import SqlFaceChecks
from ..persistence.ways_in.links import SqlLinks
from ..persistence.ways_in.qr import SqlQrLogIns
from ..persistence.ways_in.tickets import SqlTickets
from ..settings import IdentitySettings
from .parts import Parts

ROUTERS = (
    sessions.router,
    links.router,
    travel.router,
    qr.router,
    qr.phone_router,
    faces.router,
    pages.router,
    qr_pages.router,
    face_pages.router,
    openids.router,
)
SWEEP = "identity.ways_in_sweep"
_PATIENCE_SECONDS = 1.0


def wire(parts: Parts) -> None:
    service, settings, stores, begin = parts.service, parts.settings, parts.stores, parts.service.begin
    linked, tickets = SqlLinks(parts.sealer), SqlTickets(parts.sealer)
    api = WeChatApi(parts.client, settings.wechat_api)
    wechat = WeChatLogIn(api, SharedToken(api, _redis(parts), parts.sealer), _mini_program(settings))
    attach = Attach(stores.accounts, linked, parts.raise_assurance, stores.messages)
    qr_log_ins, face_checks = SqlQrLogIns(parts.sealer), SqlFaceChecks()
    public_url = settings.public_url.rstrip("/")
    service.state.ways_in = WaysInDesk(
        enter=Enter(
            begin, wechat, linked, tickets, stores.accounts, parts.attempts, attach, parts.open_session
        ),
        link_phone=LinkPhone(
            begin,
            wechat,
            tickets,
            stores.accounts,
            parts.attempts,
            service.state.menu.request_code,
            parts.prove_code,
            attach,
            parts.open_session,
        ),
        manage_links=ManageLinks(
            begin,
            stores.accounts,
            linked,
            tickets,
            parts.prove_code,
            attach,
            stores.messages,
            timedelta(seconds=settings.reauthentication_seconds),
        ),
        links=linked,
        travel=Travel(
            begin,
            _destinations(parts, api),
            tickets,
            parts.attempts,
            parts.sealer,
            public_url,
        ),
        log_in_by_qr=LogInByQr(begin, qr_log_ins, parts.attempts, parts.open_session),
        check_face=CheckFace(
            begin,
            stores.accounts,
            face_checks,
            PartnerFaceService(parts.partner("X-Realname", settings.realname_secret.get_secret_value())),
            parts.attempts,
            parts.raise_assurance,
            parts.minter,
            public_url,
        ),
        places=_places(settings),
        public_url=public_url,
    )
    _offer(parts)
    service.job(SWEEP, Sweep(tickets, qr_log_ins, face_checks), every=timedelta(hours=1))


def _mini_program(settings: IdentitySettings) -> WeChatApp | None:
    secret = settings.wechat_mini_secret.get_secret_value().strip()
    return WeChatApp(settings.wechat_mini_appid, secret) if secret else None


def _destinations(parts: Parts, api: WeChatApi) -> dict[Provider, Destination]:
    """The providers whose secrets we have."""
    settings, found = parts.settings, dict[Provider, Destination]()
    if official := settings.wechat_official_secret.get_secret_value().strip():
        app = WeChatApp(settings.wechat_official_appid, official)
        found[Provider.WECHAT] = WeChatPage(api, app, settings.wechat_page)
    if secret := settings.city_secret.get_secret_value().strip():
        algorithms = [name.strip() for name in settings.city_algorithms.split(",") if name.strip()]
        levels = settings.read_city_levels()
        client = CityClient(settings.city, settings.city_client_id, secret, levels, algorithms)
        found[Provider.CITY] = CityPlatform(parts.client, client, CityMetadata(parts.client, settings.city))
    return found


def _offer(parts: Parts) -> None:
    """On the log-in pages: those whose secrets we have, and the code to scan."""
    settings, offered = parts.settings, parts.ways_in
    if settings.wechat_official_secret.get_secret_value().strip():
        offered.add(WayIn("微信登录", "WeChat", "微", "/login/ways/wechat", within="MicroMessenger"))
    if settings.city_secret.get_secret_value().strip():
        reaches = max(settings.read_city_levels().values(), default=0)
        name = "城市统一身份认证平台", "The city's identity platform"
        offered.add(WayIn(*name, "城", "/login/ways/city", reaches=reaches))
    offered.add(WayIn("人脸核验", "Face check", "脸", "/login/face", logs_in=False, reaches=3))
    offered.add(WayIn("手机扫码登录", "By scanning a code with your phone", "码", "/login/qr"))


def _places(settings: IdentitySettings) -> Places:
    if settings.places_file is None:
        return Places()
    return Places.read(settings.places_file.read_text().splitlines())


def _redis(parts: Parts) -> redis.Redis | None:
    if parts.settings.redis_url is None:
        return None
    store = redis.Redis.from_url(
        parts.settings.redis_url.get_secret_value(),
        socket_connect_timeout=_PATIENCE_SECONDS,
        socket_timeout=_PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    parts.service.on_stop(store.aclose)
    return store
