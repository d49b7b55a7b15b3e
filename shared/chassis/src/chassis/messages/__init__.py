"""Events between services: outbox → relay → Kafka → consumer → inbox, and where the stuck ones wait."""

from .received import Received

__all__ = ["Received"]
