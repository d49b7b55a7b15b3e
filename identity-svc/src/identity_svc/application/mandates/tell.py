"""Both are told: whose matter it is and who acts, at every change of a mandate."""

from typing import Final

from chassis.db import UnitOfWork

from ...domain.mandates.mandate import Kind, Mandate, State
from ..ports import Messages

OFFERED_SMS: Final = "mandate_offered"
ACCEPTED_SMS: Final = "mandate_accepted"
GRANTED_SMS: Final = "guardian_registered"


async def tell_both(messages: Messages, uow: UnitOfWork, mandate: Mandate) -> None:
    """What became of it, in the state it is in now."""
    word = "granted" if mandate.state is State.ACTIVE and mandate.kind in _GRANTED else mandate.state.value
    facts = {"mandate_id": str(mandate.id)}
    await messages.tell(uow, mandate.principal_id, f"mandate_{word}_by_you", facts)
    if mandate.agent_id is not None:
        await messages.tell(uow, mandate.agent_id, f"mandate_{word}_to_you", facts)


_GRANTED: Final = frozenset({Kind.GUARDIAN, Kind.OWNER})
"""Nobody accepted these: they stand by law."""
