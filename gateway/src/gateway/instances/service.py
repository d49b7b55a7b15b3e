"""All instances of one service: which is asked, and which instead when that one cannot be reached."""

from collections.abc import Sequence

from chassis.http_client import Answer, ConnectFailed, Headers, NoneFree, Silent, Torn
from chassis.http_client.pool import Body
from chassis.http_client.request import REPEATABLE

from ..metrics import REFUSED_OPEN, SENT_ELSEWHERE
from .breaker import State
from .instance import Instance


class CircuitOpen(ConnectFailed):
    """No instance is to be asked for `seconds`: nothing was sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__("every circuit is open")
        self.seconds = seconds


class ServiceInstances:
    """Asks the ready instance with the fewest exchanges under way, in turns where they are alike."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self.instances = tuple(instances)
        self._only = self.instances[0] if len(self.instances) == 1 else None
        self._turn = 0

    async def request(
        self,
        method: bytes,
        target: bytes,
        headers: Headers,
        body: Body = None,
        *,
        length: int | None = None,
        silence: float,
        until: float,
    ) -> Answer:
        """As `Pool.request`. Raises CircuitOpen at once where no instance is to be asked.

        An instance that was not reached is replaced by the next one, whatever the method: nothing was sent. One that
        broke off before its answer is replaced once, for methods that may be repeated and a body that can be.
        """
        tried: list[Instance] = []
        repeats = 1 if method in REPEATABLE and (body is None or isinstance(body, bytes)) else 0
        while True:
            instance = self._choose(tried, repeats)
            breaker = instance.breaker
            term = breaker.term
            try:
                answer = await instance.pool.request(
                    method, target, headers, body, length=length, silence=silence, until=until
                )
            except NoneFree:
                breaker.undecided(term)  # it may be callers who hold its connections
                if len(tried) + 1 == len(self.instances):
                    raise
            except ConnectFailed:
                breaker.failed(term)
                if len(tried) + 1 == len(self.instances):
                    raise
            except Torn:
                breaker.failed(term)
                if not repeats or len(tried) + 1 == len(self.instances):
                    raise
                repeats -= 1
            except Silent:
                breaker.failed(term)
                raise
            except BaseException:
                # The caller's doing, or an answer that is no HTTP: somebody is there, and checks see it too.
                breaker.undecided(term)
                raise
            else:
                breaker.succeeded(term)
                return answer
            tried.append(instance)
            SENT_ELSEWHERE.labels(instance.service).inc()

    def _choose(self, tried: list[Instance], repeats: int) -> Instance:
        if self._only is not None and self._only.breaker.state is State.CLOSED:
            return self._only
        left = [instance for instance in self.instances if instance not in tried]
        closed = [instance for instance in left if instance.breaker.state is State.CLOSED]
        if repeats or not closed:  # a trial that fails must cost nobody anything, if that can be
            for instance in left:
                if instance.breaker.state is not State.CLOSED and instance.breaker.admit():
                    return instance
        if not closed:
            REFUSED_OPEN.labels(self.instances[0].service).inc()
            raise CircuitOpen(min(instance.breaker.wait() for instance in self.instances))
        fit = [instance for instance in closed if instance.ready] or closed
        self._turn += 1
        first = self._turn % len(fit)
        return min(fit[first:] + fit[:first], key=_under_way)

    async def close(self) -> None:
        for instance in self.instances:
            await instance.close()


def _under_way(instance: Instance) -> int:
    return instance.pool.in_use
