"""Revocations are published in Redis, where there is one."""

from collections.abc import Callable

from chassis.service import Service

from ..application.publish_revocations import PublishRevocations
from ..application.revoke_access import remembered
from ..channels.revocation_log import RedisRevocationLog
from ..persistence.revocations import SqlRevocations
from ..settings import IdentitySettings


def publishing(
    service: Service, settings: IdentitySettings, revocations: SqlRevocations
) -> Callable[[], None]:
    """Lets a worker publish what is revoked; what to call when something was."""
    if settings.redis_url is None:
        return lambda: None
    keep = int(remembered(settings.access_token_lifetime).total_seconds())
    published = RedisRevocationLog(settings.redis_url.get_secret_value(), keep)
    publisher = PublishRevocations(service.begin, revocations, published)
    service.loop("revocations", publisher.run)
    service.on_stop(published.close)
    return publisher.wake
