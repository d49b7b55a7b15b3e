"""Redis goes away: everybody goes on, and who guesses passwords is stopped all the same."""

import pytest
from city import City
from demo.api import Refused

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("city")]


async def test_passwords_are_counted_and_people_go_on_without_redis(city: City):
    citizen = await city.citizen()
    before = (await citizen.get("/api/cases"))["items"]
    city.stack.kill("valkey")
    try:
        refused: list[Refused] = []
        while len(refused) < 11:  # ten tries an officer and address, by identity-svc's own database
            with pytest.raises(Refused) as wrong:
                await city.platform.call(
                    "POST",
                    "/api/identity/sessions",
                    {"badge_no": "NOBODY-42", "password": "not-the-password"},
                )
            refused.append(wrong.value)
        assert [one.status for one in refused] == [401] * 10 + [429]
        assert refused[-1].problem["type"] == "/problems/too-many-attempts"
        assert (await citizen.get("/api/cases"))["items"] == before
    finally:
        await city.stack.restart("valkey")
