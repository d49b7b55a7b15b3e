"""The official account's consent page, for browsers inside WeChat."""

from collections.abc import Mapping
from urllib.parse import quote

from ...domain.ways_in.errors import VouchingRefused
from ...domain.ways_in.journey import Journey
from ...domain.ways_in.vouched import Provider, Vouched
from .wechat import WeChatApi, WeChatApp, WeChatFailed, as_problem, vouched_user

_SCOPE = "snsapi_userinfo"
"""With the lesser one WeChat does not tell the name that all our apps share."""


class WeChatPage:
    """`page_url`: where browsers find WeChat's pages, without a slash at its end."""

    def __init__(self, api: WeChatApi, app: WeChatApp, page_url: str) -> None:
        self._api = api
        self._app = app
        self._page_url = page_url

    async def address(self, journey: Journey, return_uri: str) -> str:
        """WeChat is particular about the order, and about the fragment."""
        return (
            f"{self._page_url}/connect/oauth2/authorize?appid={self._app.appid}"
            f"&redirect_uri={quote(return_uri, safe='')}&response_type=code&scope={_SCOPE}"
            f"&state={journey.state}#wechat_redirect"
        )

    async def vouch(self, journey: Journey, return_uri: str, answer: Mapping[str, str]) -> Vouched:
        query = {
            "appid": self._app.appid,
            "secret": self._app.secret,
            "code": answer["code"],
            "grant_type": "authorization_code",
        }
        try:
            told = await self._api.ask("GET", "/sns/oauth2/access_token", query=query)
        except WeChatFailed as failed:
            raise as_problem(failed) from failed
        if _SCOPE not in str(told.get("scope", "")).split(","):
            raise VouchingRefused(Provider.WECHAT)
        return vouched_user(self._app, told)
