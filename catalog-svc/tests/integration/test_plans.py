"""The hot queries keep to their indexes when the catalogue is a hundred times larger."""

from typing import Any

import pytest
from catalog_svc.application.ports import Filters
from catalog_svc.domain.search_text import parse_query
from catalog_svc.persistence.catalogue_reader import PgCatalogueReader
from chassis.testing import Running, plan_of

GROW = """INSERT INTO item (code, revision, latest_version)
 SELECT 'X-' || n, 1, 1 FROM generate_series(1, 20000) AS n;
INSERT INTO published_item
 SELECT 'X-' || n, 1, 'D' || n % 50, 'one_visit', '行政许可', 'person', 'city', '{}',
 md5(n::text), md5(n::text), md5(n::text), md5(n::text), md5(n::text), ' ' || md5(n::text)
 FROM generate_series(1, 20000) AS n;
ANALYZE item; ANALYZE published_item; ANALYZE item_version"""


class Explaining:
    """Stands in for a unit of work: keeps the plan of each query instead of its rows."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.plans: list[str] = []

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        self.plans.append(await plan_of(self._connection, sql))
        return []

    async def fetchrow(self, sql: str, *args: Any) -> None:
        await self.fetch(sql, *args)


@pytest.fixture
async def explaining(catalog: Running):
    async with catalog.uow() as uow:
        connection = await uow.connection()
        await connection.execute(GROW)
        yield Explaining(connection)


async def test_hot_queries_use_their_indexes(explaining: Explaining):
    reader = PgCatalogueReader()
    for text in ("身份证", "sfz", "shenfenzheng"):
        query = parse_query(text)
        assert query is not None
        await reader.search(explaining, query, Filters(), None, 21, similar=False)
    await reader.page(explaining, Filters(), "X-5", 21)
    await reader.page(explaining, Filters(department="D7"), "X-5", 21)
    await reader.guide(explaining, "HUZHENG-001", [])
    await reader.guide_of_version(explaining, "HUZHENG-001", 1, [])
    for plan in explaining.plans:
        assert "Seq Scan on published_item" not in plan, plan
        assert "Seq Scan on item_version" not in plan, plan
    assert "published_item_text_key" in explaining.plans[0]
    assert "published_item_latin_key" in explaining.plans[1]
    assert len(explaining.plans) == 7
