"""What a person sees once everything runs: what to open, and whom to log in as."""

import json
from collections.abc import Iterator

from embedded.services import GATEWAY, PARTNERS
from embedded.stack import EmbeddedStack


def welcome(stack: EmbeddedStack) -> Iterator[str]:
    """The lines, of which `READY http://…` is one by itself."""
    url = stack.url(GATEWAY)
    yield f"READY {url}"
    yield f"  接口文档 API        {url}/docs"
    yield f"  事项统计 catalogue  {url}/api/catalog/stats"
    yield f"  合作方   partners   {stack.url(PARTNERS)}  (token: {stack.folder.secrets}/platform.json)"
    yield f"  日志     logs       {stack.folder.logs}"
    yield from _accounts(stack)
    yield "  停止     stop       Ctrl-C"


def _accounts(stack: EmbeddedStack) -> Iterator[str]:
    try:
        accounts = json.loads(stack.folder.demo_accounts.read_text())
    except (OSError, ValueError):
        return
    yield f"  登录     log in as  ({stack.folder.demo_accounts})"
    for account in accounts if isinstance(accounts, list) else accounts.get("accounts", []):
        fields = [str(account.get(key, "")) for key in ("login", "password", "role", "name")]
        yield "    " + "  ".join(field for field in fields if field)
