"""The second factor of officers, put together."""

from datetime import timedelta

from ..api.factors import mine, steps
from ..api.factors.desk import FactorsDesk
from ..application.factors.challenge import Challenges
from ..application.factors.enrol_factor import EnrolFactor
from ..application.factors.prove_factor import ProveFactor
from ..application.factors.reset_factor import ResetFactor
from ..application.factors.second_step import AskSecondFactor, PassSecondStep
from ..persistence.factors.challenges import SqlSpentChallenges
from ..persistence.factors.devices import SqlTrustedDevices
from ..persistence.factors.factors import SqlFactors
from .parts import Parts

ROUTERS = (steps.router, mine.router)


def wire(parts: Parts) -> None:
    parts.service.state.factors = _desk(parts)


def _desk(parts: Parts) -> FactorsDesk:
    stores, begin, attempts = parts.stores, parts.service.begin, parts.attempts
    factors, devices = SqlFactors(parts.sealer), SqlTrustedDevices()
    spent = SqlSpentChallenges()
    challenges = Challenges(parts.sealer, spent, parts.count_forgeries)
    prove = ProveFactor(begin, factors, attempts, parts.sealer.lookup_hash, stores.messages)
    return FactorsDesk(
        ask=AskSecondFactor(challenges, devices),
        pass_step=PassSecondStep(
            challenges,
            stores.officers,
            prove,
            devices,
            parts.open_session,
            stores.messages,
            timedelta(days=parts.settings.trusted_device_days),
        ),
        enrol=EnrolFactor(
            begin,
            stores.officers,
            factors,
            devices,
            parts.passwords,
            attempts,
            prove,
            parts.revoke_access,
            stores.messages,
        ),
        reset=ResetFactor(stores.officers, factors, devices, parts.revoke_access, stores.messages),
        factors=factors,
        devices=devices,
        spent=spent,
        is_required=parts.settings.officer_second_factor == "required",
    )
