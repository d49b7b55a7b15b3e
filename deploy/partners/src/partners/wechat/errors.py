"""What WeChat answers instead of a result: `errcode` and `errmsg`, with HTTP 200."""

BUSY = (-1, "system error")
BAD_TOKEN = (40001, "invalid credential, access_token is invalid or not latest")
BAD_APP = (40013, "invalid appid")
BAD_CODE = (40029, "invalid code")
BAD_GRANT_TYPE = (40002, "invalid grant_type")
BAD_SECRET = (40125, "invalid appsecret")
CODE_USED = (40163, "code been used")
BLOCKED = (40226, "code blocked")
TOO_OFTEN = (45011, "api minute-quota reach limit")
BAD_DATA = (47001, "data format error")
BAD_SCOPE = (48001, "api unauthorized")


class WeChatError(Exception):
    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg
