"""Mandates: who may act for whom."""

from .. import policies
from ..api.mandates import internal_router, router
from ..api.mandates.routes import MandateDesk
from ..application.mandates.act import Act
from ..application.mandates.add_ward import AddWard, Registers
from ..application.mandates.check_scope import CheckScope
from ..application.mandates.expire import EXPIRE_MANDATE, ExpireMandate
from ..application.mandates.notices import SEND_NOTICE, JobNotices, SendNotice
from ..application.mandates.offer import OfferMandate
from ..application.tell_of_act import TellOfAct
from ..application.verify_at_window import AtWindow
from ..channels.real_name import PartnerRealName
from ..channels.sms import PartnerSms
from ..consumers import act_handlers
from .parts import Parts

ROUTERS = (router, internal_router)


def wire(parts: Parts) -> None:
    service, stores, settings = parts.service, parts.stores, parts.settings
    mandates, people, messages = stores.mandates, stores.people, stores.messages
    registry = PartnerRealName(parts.partner("X-Realname", settings.realname_secret.get_secret_value()))
    service.state.mandates = MandateDesk(
        mandates=mandates,
        people=people,
        check_scope=CheckScope(stores.organisation),
        offer=OfferMandate(
            mandates,
            people,
            messages,
            JobNotices(),
            stores.throttle,
            parts.sealer.lookup_hash,
            policies.offer_policy(settings),
        ),
        answer=parts.answer_mandate,
        add_ward=AddWard(
            service.begin,
            mandates,
            people,
            stores.accounts,
            stores.assurance,
            messages,
            JobNotices(),
            Registers(registry, registry),
            parts.attempts,
            AtWindow(stores.officers, stores.organisation),
        ),
        act=Act(mandates, people, stores.sessions, parts.minter),
        longest=settings.longest_mandate,
    )
    service.consume(act_handlers(TellOfAct(messages)))
    sms = PartnerSms(parts.partner("X-Sms", settings.sms_secret.get_secret_value()))
    bounded = (stores.throttle, parts.sealer.lookup_hash, policies.offer_notices(settings))
    service.job(SEND_NOTICE, SendNotice(mandates, people, messages, sms, *bounded))
    service.job(EXPIRE_MANDATE, ExpireMandate(mandates, messages, parts.revoke_access))
