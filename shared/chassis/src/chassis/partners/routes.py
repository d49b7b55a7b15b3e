"""`/api/partner/…`: deliveries, health and re-driving, for the partner whose engineer asks, and for nobody else."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from contracts.tokens import Role
from fastapi import Depends, Query
from pydantic import AwareDatetime, BeforeValidator

from ..auth.caller import Caller
from ..clock import now
from ..http.caller import allow
from ..http.route import Router, Uow
from ..paging import Page, decode_cursor, encode_cursor
from ..problems import Conflict, NotFound
from .deliveries import Asked, Delivery, Health, PartnerDesk, Redriven, Verdict
from .refusals import Refused, count_refused, floor_of, one_refused, page_of_refused

_RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")


def _written_out(value: object) -> object:
    """Pydantic would take a number for seconds since 1970."""
    if (isinstance(value, str) and _RFC_3339.fullmatch(value) is None) or isinstance(value, int | float):
        raise ValueError("须为带时区的时间，如 2026-11-28T09:00:00+08:00 · a time with its zone is needed")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""A time with its zone, as RFC 3339 writes it."""

_LAST: UUID = UUID(int=2**128 - 1)
_SEEN = timedelta(days=7)
_LONGEST = timedelta(days=31)


class NotYourPartner(NotFound):
    """The engineer's partner has no door here; said as if there were none at all."""

    slug = "partner-not-here"
    title = ("这里没有您的渠道", "Nothing of yours here")

    def __init__(self) -> None:
        super().__init__(
            "您所属的合作方在这个服务没有接收地址。支付渠道和快递公司分属不同的接口，请核对。",
            "Your partner delivers nothing to this service; each kind of partner has addresses of its own.",
        )


class DeliveryNotFound(NotFound):
    slug = "delivery-not-found"
    title = ("没有这条通知", "No such delivery")

    def __init__(self) -> None:
        super().__init__(
            "没有这条通知，或者它不属于您的渠道；被拒绝的只保留 30 天。",
            "There is no such delivery, or it is another partner's; refused ones are kept for 30 days.",
        )


class NothingToRedrive(Conflict):
    """What was refused was not kept."""

    slug = "nothing-to-redrive"
    title = ("没有可以重新处理的内容", "Nothing to apply again")

    def __init__(self) -> None:
        super().__init__(
            "这条通知没有通过验证，内容没有保存，不能重新处理。请改正后重新推送。",
            "It was not verified, so its content was not kept. Correct the cause and send it again.",
        )


def partner_router(prefix: str, desk: Callable[[], PartnerDesk]) -> Router:
    router = Router(prefix=prefix, tags=["partners"])
    engineer: Any = allow(Role.PARTNER)
    Engineer = Annotated[Caller, Depends(engineer)]

    def whose(caller: Caller) -> str:
        """The caller's partner. Raises NotYourPartner."""
        partner = caller.claims.partner
        if partner is None or not desk().serves(partner):
            raise NotYourPartner
        return partner

    @router.get("/deliveries", summary="推送记录 · Deliveries, newest first")
    async def deliveries(
        uow: Uow,
        caller: Engineer,
        verdict: Verdict | None = None,
        number: Annotated[str | None, Query(max_length=64, description="我方单号 · our number")] = None,
        since: Annotated[
            Moment | None, Query(description="默认七天前，至多 31 天前 · 7 days ago; 31 at most")
        ] = None,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> Page[Delivery]:
        partner, key = whose(caller), decode_cursor(cursor, UUID)
        moment = now()
        begin = max(since or moment - _SEEN, moment - _LONGEST)
        asked = Asked((key[0] if key else None) or _LAST, floor_of(begin), verdict, number, limit + 1)
        found = await _page(uow, desk(), partner, asked)
        more = found[limit - 1].id if len(found) > limit else None
        return Page(items=found[:limit], next=encode_cursor(more) if more else None)

    @router.get("/deliveries/{delivery_id}", summary="一条推送 · One delivery")
    async def delivery(delivery_id: UUID, uow: Uow, caller: Engineer) -> Delivery:
        return await _one(uow, desk(), whose(caller), delivery_id)

    @router.post("/deliveries/{delivery_id}/redrive", summary="重新处理 · Apply a kept delivery once more")
    async def redrive(delivery_id: UUID, uow: Uow, caller: Engineer) -> Redriven:
        """效果只有一次：已经处理过的不会再处理 · What was done stays done once, however often this is called."""
        partner = whose(caller)
        found = await _one(uow, desk(), partner, delivery_id)
        if found.verdict is Verdict.REFUSED:
            raise NothingToRedrive
        changed = await desk().redrive(uow, partner, delivery_id)
        uow.audit(
            "partner.redrive", actor=caller.subject, subject=str(delivery_id), facts={"partner": partner}
        )
        after = await _one(uow, desk(), partner, changed) if changed else found
        return Redriven(changed=changed is not None, delivery=after)

    @router.get("/health", summary="运行状况 · How it goes between the partner and us")
    async def health(uow: Uow, caller: Engineer) -> Health:
        partner = whose(caller)
        stands = await desk().standing(uow, partner)
        return Health.of(partner, stands, await count_refused(uow, partner), desk().calls(partner))

    return router


async def _page(uow: Uow, desk: PartnerDesk, partner: str, asked: Asked) -> list[Delivery]:
    """Both kinds, by their ids, which begin with the time."""
    kept: Sequence[Delivery] = ()
    refused: Sequence[Delivery] = ()
    if asked.verdict is not Verdict.REFUSED:
        kept = await desk.kept(uow, partner, asked)
    if asked.verdict in (None, Verdict.REFUSED) and asked.number is None:
        refused = [_shown(desk, one) for one in await page_of_refused(uow, partner, asked)]
    return sorted([*kept, *refused], key=lambda one: one.id, reverse=True)[: asked.limit]


async def _one(uow: Uow, desk: PartnerDesk, partner: str, delivery_id: UUID) -> Delivery:
    found = await desk.one(uow, partner, delivery_id)
    if found is None:
        refused = await one_refused(uow, partner, delivery_id)
        found = _shown(desk, refused) if refused else None
    if found is None:
        raise DeliveryNotFound
    return found


def _shown(desk: PartnerDesk, one: Refused) -> Delivery:
    zh, en = desk.refused_in_words(one.partner, one.cause)
    return Delivery(
        id=one.id,
        at=one.at,
        last_at=one.last_at,
        copies=one.copies,
        verdict=Verdict.REFUSED,
        reason=one.cause,
        zh=zh,
        en=en,
        door=one.door,
        size=one.size,
        sha256=one.digest.hex() if one.digest else None,
        request_id=one.request_id,
    )
