"""What these tests need of the machine, and what to do where it is missing."""

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MODULES = Path("/usr/lib/apache2/modules")
_REMEDY = "run `make relying-parties` as root, or install: apache2 libapache2-mod-auth-openidc chromium nodejs (20) npm"


def program(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"]))


def lacking() -> str | None:
    """Why the tests cannot run here; None where they can."""
    missing = [name for name in ("apache2", "chromium", "node") if program(name) is None]
    if not (MODULES / "mod_auth_openidc.so").exists():
        missing.append("libapache2-mod-auth-openidc")
    if not (HERE / "node_modules" / ".from-lock").exists():
        missing.append("npm packages")
    node = program("node")
    if node is not None and _major(node) < 20:
        missing.append("node 20")
    return f"missing: {', '.join(missing)}; {_REMEDY}" if missing else None


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.lstrip("v").partition(".")[0])
