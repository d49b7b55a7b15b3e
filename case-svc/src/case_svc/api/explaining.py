"""Routes whose writes guard themselves: where one was refused, the case is read to say why."""

from collections.abc import Callable
from typing import Any

from chassis.http import Router
from chassis.http.route import TransactionalRoute
from chassis.jobs import Begin
from fastapi import Request, Response

from ..application.refused import Refused


class _ExplainingRoute(TransactionalRoute):
    def get_route_handler(self) -> Callable[[Request], Any]:
        run = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response: Response = await run(request)
                return response
            except Refused as refused:
                begin: Begin = request.app.state.service.begin
                async with begin() as uow:
                    raise await refused.why(uow) from None

        return handle


def explaining_router(**options: Any) -> Router:
    router = Router(**options)
    router.route_class = _ExplainingRoute
    return router
