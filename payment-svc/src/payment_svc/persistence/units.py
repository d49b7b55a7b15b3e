"""Names of units: our copy."""

from chassis.db import UnitOfWork


class PgUnits:
    """Implements `application.learn_unit.Units`."""

    async def learn(self, uow: UnitOfWork, code: str, name: str, name_en: str) -> None:
        await uow.execute(
            "INSERT INTO unit (code, name, name_en) VALUES ($1, $2, $3)"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en",
            code,
            name,
            name_en,
        )
