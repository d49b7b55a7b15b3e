"""What the benchmark fills a platform with is what people would have made of it."""

import pytest
from load.bench import platform
from load.progress import say
from load.run import crowd
from load.seed import seed
from load.seed.check import check

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("proof")]


@pytest.mark.timeout(300)
async def test_seeded_cases_are_opened_by_their_applicants_and_their_documents_verified():
    async with platform(None) as stack, crowd(stack) as people:
        await seed(stack, 400, [citizen.id for citizen in people.citizens if citizen.id], say)
        await people.refresh()
        assert await check(people.http, stack.url("gateway"), people.citizens) >= 30
