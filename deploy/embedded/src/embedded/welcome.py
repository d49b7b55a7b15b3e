"""What a person sees once everything runs: what to open, and whom to log in as."""

import json
from collections.abc import Iterator

from embedded.services import GATEWAY, PARTNERS
from embedded.stack import EmbeddedStack

# Of some 430 demo accounts: a citizen, a company, and who decides on a new ID card at one branch.
_SHOWN = (
    ("13800000001", "群众 citizen"),
    ("13800000002", "企业 company"),
    ("XC-HUZHENG-1", "受理 reviewer"),
    ("XC-HUZHENG-2", "审批 section head"),
    ("HUZHENG-3", "审批 unit leader"),
    ("HUZHENG-S", "督办 supervisor"),
    ("OPERATOR-1", "运维 operator"),
)


def welcome(stack: EmbeddedStack) -> Iterator[str]:
    """The lines, of which `READY http://…` is one by itself."""
    url = stack.url(GATEWAY)
    yield f"READY {url}"
    yield f"  打开 open      {url}  ·  接口文档 API {url}/docs"
    yield from _accounts(stack)
    yield f"  合作方 sandbox {stack.url(PARTNERS)}"
    yield f"  日志 logs      {stack.folder.logs}"
    yield "  停止 stop      Ctrl-C"


def _accounts(stack: EmbeddedStack) -> Iterator[str]:
    try:
        accounts = json.loads(stack.folder.demo_accounts.read_text())
    except (OSError, ValueError):
        return
    by_login = {account.get("phone") or account.get("badge_no"): account for account in accounts}
    password = next((account["password"] for account in accounts), "")
    yield f"  登录 log in    口令 password {password}"
    for login, role in _SHOWN:
        if login in by_login:
            yield f"    {login:<14} {role}  {by_login[login]['name']}"
    yield f"    共 {len(accounts)} 个，见 all in {stack.folder.demo_accounts}"
