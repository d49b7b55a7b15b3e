"""The sandbox's keys, and for each service those it needs: our private halves, the partners' public ones."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from embedded.failures import PlatformFailed
from embedded.process import base_environment

_NEEDED = {
    "identity-svc": (
        "sms.secret",
        "realname.secret",
        "wechat-mini.secret",
        "wechat-official.secret",
        "city.secret",
    ),
    "payment-svc": (
        "bank.public.pem",
        "bank-merchant.private.pem",
        "fines.secret",
        "fiscal.secret",
        "fiscal.public.pem",
        "wechat-pay.public.pem",
        "wechat-pay-treasury.private.pem",
        "wechat-pay-treasury-v3.secret",
        "wechat-pay-postal.private.pem",
        "wechat-pay-postal-v3.secret",
        "alipay.public.pem",
        "alipay-app.private.pem",
        "ccb.public.pem",
        "ccb.secret",
    ),
    "courier-svc": ("ems.secret", "ems-authorization.secret", "sf.secret", "sf-push.secret"),
}


def folder_for(secrets: Path, service: str) -> Path | None:
    """Where `service` finds its partner keys; None for a service without partners."""
    return secrets / "partner-keys" / service if service in _NEEDED else None


def sandbox_folder(secrets: Path) -> Path:
    return secrets / "partner-keys" / "sandbox"


async def generate(secrets: Path) -> None:
    """Makes what is missing; what is there stays."""
    sandbox = sandbox_folder(secrets)
    if not sandbox.exists():
        fresh = sandbox.with_name("sandbox.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        await asyncio.to_thread(_run, fresh)
        fresh.rename(sandbox)
    elif any(not (sandbox / name).exists() for names in _NEEDED.values() for name in names):
        await asyncio.to_thread(_run, sandbox)  # made by a version that knew fewer partners
    for service, names in _NEEDED.items():
        target = folder_for(secrets, service)
        assert target is not None
        target.mkdir(exist_ok=True, mode=0o700)
        for name in names:
            if not (target / name).exists():
                shutil.copy(sandbox / name, target / name)


def _run(target: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "partners", "keys", "--out", str(target)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env=base_environment(), cwd="/",
    )  # fmt: skip
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise PlatformFailed(f"不能生成合作方密钥：{reason}", f"the partner keys cannot be made: {reason}")
