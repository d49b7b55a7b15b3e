"""Which of the channels there are, by the settings."""

from ..proxy.upstream import Upstream
from ..settings import GatewaySettings
from .channel import Channel
from .from_identity import FromIdentity
from .from_kafka import FromKafka
from .from_redis import FromRedis


def channels_of(settings: GatewaySettings, upstream: Upstream) -> list[Channel]:
    channels: list[Channel] = [FromIdentity(upstream)]
    if settings.redis_url is not None:
        channels.append(FromRedis(settings.redis_url.get_secret_value()))
    if settings.kafka_bootstrap:
        channels.append(FromKafka(settings.kafka_bootstrap))
    return channels
