"""The rules of time and number, as the settings have them."""

from datetime import timedelta

from .application.attempts import AttemptLimits
from .application.code_allowances import CodeLimits
from .application.key_ring import RELOAD
from .application.mandates.offer import OfferPolicy
from .application.oidc.browser_policy import BrowserPolicy
from .application.open_session import SessionPolicies
from .application.sms_budget import Budget
from .domain.limits import Limit
from .domain.sessions import SessionPolicy
from .domain.signing_keys import KeyPolicy
from .settings import IdentitySettings

_CLOCK_SKEW = timedelta(seconds=30)


def key_policy(settings: IdentitySettings) -> KeyPolicy:
    return KeyPolicy(
        key_set_lifetime=settings.key_set_lifetime,
        # An instance that could not reload may sign with the old key a little longer.
        token_lifetime=settings.access_token_lifetime + RELOAD + _CLOCK_SKEW,
        rotation_period=timedelta(days=settings.key_rotation_days),
        remembered=timedelta(hours=settings.browser_session_hours),
    )


def session_policies(settings: IdentitySettings) -> SessionPolicies:
    access = settings.access_token_lifetime
    grace = timedelta(seconds=settings.refresh_grace_seconds)
    return SessionPolicies(
        people=SessionPolicy(
            access=access,
            idle=timedelta(days=settings.session_idle_days),
            absolute=timedelta(days=settings.session_days),
            grace=grace,
        ),
        officers=SessionPolicy(
            access=access,
            idle=timedelta(hours=settings.officer_session_idle_hours),
            absolute=timedelta(hours=settings.officer_session_hours),
            grace=grace,
        ),
    )


def browser_policy(settings: IdentitySettings) -> BrowserPolicy:
    return BrowserPolicy(
        idle=timedelta(hours=settings.browser_session_idle_hours),
        absolute=timedelta(hours=settings.browser_session_hours),
        sessions=session_policies(settings),
    )


def code_limits(settings: IdentitySettings) -> CodeLimits:
    return CodeLimits(
        resend=Limit(1, timedelta(seconds=settings.code_resend_seconds)),
        phone=(
            _per(settings.codes_per_phone_hour, timedelta(hours=1)),
            _per(settings.codes_per_phone_day, timedelta(days=1)),
        ),
        address=(
            _per(settings.codes_per_address_hour, timedelta(hours=1)),
            _per(settings.codes_per_address_day, timedelta(days=1)),
        ),
        site=_per(settings.codes_per_site_hour, timedelta(hours=1)),
    )


def sms_budgets(settings: IdentitySettings) -> list[Budget]:
    limits = {
        "minute": _per(settings.sms_per_minute, timedelta(minutes=1)),
        "day": _per(settings.sms_per_day, timedelta(days=1)),
    }
    for_strangers = 1 - settings.sms_reserve_percent / 100
    return [
        Budget(period, limit, max(1, round(limit.burst * for_strangers))) for period, limit in limits.items()
    ]


def offer_policy(settings: IdentitySettings) -> OfferPolicy:
    return OfferPolicy(
        waits=timedelta(days=settings.mandate_offer_days),
        per_account=_per(settings.mandate_offers_per_day, timedelta(days=1)),
        per_phone=_per(settings.mandate_offers_per_phone_day, timedelta(days=1)),
    )


def offer_notices(settings: IdentitySettings) -> Limit:
    return _per(settings.mandate_notices_per_phone_day, timedelta(days=1))


def attempt_limits(settings: IdentitySettings) -> AttemptLimits:
    return AttemptLimits(
        identifier_at_address=Limit(settings.attempts_per_identifier_and_address, timedelta(minutes=2)),
        address=Limit(settings.attempts_per_address, timedelta(seconds=6)),
        site=Limit(settings.attempts_per_site, timedelta(seconds=1)),
        identifier=Limit(settings.attempts_per_identifier, timedelta(seconds=36)),
        real_name=_per(settings.real_name_checks_per_day, timedelta(days=1)),
    )


def _per(count: int, period: timedelta) -> Limit:
    """`count` at once, and the same again spread over each further `period`."""
    return Limit(count, period / count)
