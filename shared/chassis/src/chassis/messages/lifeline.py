"""A producer's connections, each opened once: what breaks is not mended behind the relay's back."""

from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError


class ConnectionBroken(KafkaError):
    """The broker went away after we had looked at its log; who is there now may have forgotten everything."""


class Lifeline:
    """Lets `producer` send over the connections it has, and over none that replaces a broken one.

    aiokafka reconnects silently and sends what it had in hand, up to the request time-out. A broker that was
    wiped meanwhile would take that as the first record of its new log, before everything that belongs there
    (and Tansu, not knowing the topic, keeps a partition that it then cannot read). So: first the connections,
    then the look at the log, then records over those same connections.
    """

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._client = producer.client
        self._send = self._client.send
        self._connections: dict[Any, Any] = {}
        self._client.send = self._send_if_whole  # type: ignore[method-assign]

    async def open(self) -> None:
        """Connects to every broker known by now; one that is away is left to its partitions' next leader."""
        for node in self._client.cluster.brokers():
            connection = await self._client._get_conn(node.nodeId)
            if connection is not None:
                self._connections[node.nodeId] = connection

    def require_whole(self) -> None:
        """Raises ConnectionBroken when a connection was lost."""
        for node, connection in self._connections.items():
            if not connection.connected():
                raise ConnectionBroken(f"the connection to broker {node} broke")

    async def _send_if_whole(self, node_id: Any, request: Any, **options: Any) -> Any:
        # Nothing is awaited between this look and the sending, as long as the connection is there.
        connection = await self._client._get_conn(node_id)
        if connection is None or self._connections.setdefault(node_id, connection) is not connection:
            raise ConnectionBroken(f"the connection to broker {node_id} broke")
        return await self._send(node_id, request, **options)
