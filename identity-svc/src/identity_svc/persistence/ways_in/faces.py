"""Face checks under way, and what came of them."""

from uuid import UUID

from chassis.db import UnitOfWork

from ...domain.ways_in.faces import FaceCheck, FaceState


class SqlFaceChecks:
    async def begin(self, uow: UnitOfWork, check_id: UUID, account_id: UUID) -> None:
        await uow.execute("INSERT INTO face_check (id, account_id) VALUES ($1, $2)", check_id, account_id)

    async def number(self, uow: UnitOfWork, check_id: UUID, check_no: str) -> None:
        await uow.execute("UPDATE face_check SET check_no = $2 WHERE id = $1", check_id, check_no)

    async def of(self, uow: UnitOfWork, account_id: UUID, check_id: UUID) -> FaceCheck | None:
        row = await uow.read_row(
            "SELECT id, account_id, state, check_no FROM face_check WHERE id = $1 AND account_id = $2",
            check_id,
            account_id,
        )
        return (
            FaceCheck(row["id"], row["account_id"], FaceState(row["state"]), row["check_no"]) if row else None
        )

    async def settle(self, uow: UnitOfWork, check_id: UUID, state: FaceState) -> bool:
        """False when it was settled before."""
        tag = await uow.execute(
            "UPDATE face_check SET state = $2 WHERE id = $1 AND state = 'pending'", check_id, state
        )
        return tag == "UPDATE 1"

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM face_check WHERE created_at < now() - interval '7 days'")
