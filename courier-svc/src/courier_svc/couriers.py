"""The couriers as the settings describe them; a part of `bootstrap.py`."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import aiohttp

from .application.carriers import Carriers
from .application.ports import Carrier
from .application.push_secrets import PushSecrets
from .channels import ems
from .channels.code_map import CodeMap, load_code_map
from .channels.ems import EmsAccount, EmsClient, EmsDoor, Envelope
from .channels.sf import SfAccount, SfClient, SfDoor
from .channels.wire import Wire
from .persistence.push_keys import PgPushKeys
from .settings import CourierName, CourierSettings

_CHANNELS: Final = Path(__file__).parent / "channels"


def open_carriers(settings: CourierSettings, session: aiohttp.ClientSession) -> Carriers:
    """Raises RuntimeError, naming what is missing or wrong."""
    opened: dict[str, Carrier] = {name: _OPEN[name](settings, session) for name in settings.couriers}
    return Carriers(
        by_name=opened,
        default=settings.courier_default,
        by_direction=dict(settings.courier_by_direction),
        by_unit=dict(settings.courier_by_unit),
    )


def _open_ems(settings: CourierSettings, session: aiohttp.ClientSession) -> Carrier:
    path = settings.ems_codes or _CHANNELS / "ems" / "codes.json"
    codes = load_code_map(path, "ems", never_delivered=ems.NEVER_DELIVERED)
    envelope = _envelope("EMS_KEY", settings.secret("ems_key"))
    envelopes = [envelope]
    if settings.ems_key_previous is not None:
        envelopes.append(_envelope("EMS_KEY_PREVIOUS", settings.ems_key_previous.get_secret_value()))
    door = EmsDoor(envelopes, settings.ems_sender, codes)
    url = settings.ems_url or f"{settings.partners_url.rstrip('/')}/ems/amp-prod-api/f/amp/api/open"
    account = EmsAccount(settings.ems_sender, settings.secret("ems_authorization"), settings.ems_product)
    wire = Wire(session, url, settings.ems_file_hosts)
    return Carrier("ems", EmsClient(wire, account, envelope, door, codes), door, wire.calls)


def _envelope(name: str, key_text: str) -> Envelope:
    try:
        return Envelope(key_text.strip())
    except ValueError as error:
        raise RuntimeError(f"{name} must be base64 of 16 bytes, as EMS gives it") from error


def _open_sf(settings: CourierSettings, session: aiohttp.ClientSession) -> Carrier:
    codes = _sf_codes(settings)
    secrets = [settings.secret("sf_push_secret")]
    if settings.sf_push_secret_previous is not None:
        secrets.append(settings.sf_push_secret_previous.get_secret_value().strip())
    if any(len(secret) < 16 for secret in secrets):
        raise RuntimeError("SF_PUSH_SECRET needs 16 characters at least: it is all that keeps strangers out")
    known = PushSecrets(secrets, "sf", PgPushKeys())
    door = SfDoor(known, codes)
    account = SfAccount(
        partner_id=settings.sf_partner,
        checkword=settings.secret("sf_checkword"),
        monthly_card=settings.sf_monthly_card,
        express_type=settings.sf_express_type,
        template=settings.sf_template,
    )
    url = settings.sf_url or f"{settings.partners_url.rstrip('/')}/sf/std/service"
    wire = Wire(session, url, settings.sf_file_hosts)
    return Carrier("sf", SfClient(wire, account, door, codes), door, wire.calls, known)


def _sf_codes(settings: CourierSettings) -> CodeMap:
    chosen = settings.sf_codes
    path = chosen if isinstance(chosen, Path) else _CHANNELS / "sf" / f"{chosen}.json"
    return load_code_map(path, "sf")


_OPEN: Final[dict[CourierName, Callable[[CourierSettings, aiohttp.ClientSession], Carrier]]] = {
    "ems": _open_ems,
    "sf": _open_sf,
}
