"""A real Kafka that goes away in the middle of a case, and comes back. Only `make test-kafka` has one to restart."""

import os
import signal

import pytest
from city import City
from city.steps import lost_card_awaiting_payment, paid
from demo.api import until
from embedded import probes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("city")]

_KEEPER = os.environ.get("TEST_KAFKA_KEEPER")


@pytest.mark.skipif(_KEEPER is None, reason="needs `make test-kafka` with Kafka's jars")
async def test_everybody_goes_on_when_kafka_is_back(city: City):
    citizen, case_id = await lost_card_awaiting_payment(city)
    assert _KEEPER is not None
    host, _, port = os.environ["TEST_KAFKA_BOOTSTRAP"].rpartition(":")
    answers = probes.kafka(host, int(port))

    async def gone() -> bool | None:
        return True if not await answers() else None

    async def back() -> bool | None:
        return True if await answers() else None

    async def noticed() -> bool | None:
        logs = [city.stack.folder.log(name).read_text() for name in ("case-svc", "payment-svc")]
        return all("consumer_interrupted" in log for log in logs) or None

    os.kill(int(_KEEPER), signal.SIGUSR1)
    await until("Kafka 停止 stopped", gone, 40)
    await until("消费者发现中断 consumers noticed", noticed, 60)
    os.kill(int(_KEEPER), signal.SIGUSR2)
    await until("Kafka 恢复 is back", back, 60)
    # Paid in payment-svc, told to case-svc by the new broker, and so on through every service's consumer.
    await paid(city, citizen, case_id)
    officer = await city.officer("XC-HUZHENG-1")
    await officer.produce(case_id)
    await citizen.when(case_id, "completed")
