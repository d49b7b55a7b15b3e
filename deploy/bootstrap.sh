#!/bin/sh
# Makes .venv from nothing but Python >= 3.11: uv from a hash-locked wheel, then the locked packages, then ours
# (editable). Called by the Makefile with the editable packages' folders as arguments; safe to call again.
set -eu

fail() {
    echo "setup: $*" >&2
    exit 1
}

# Milliseconds that a little work takes, the best of five times; nothing where it is no Python >= 3.11 with its venv.
speed() {
    "$1" - 2>/dev/null <<'EOF'
import sys
assert sys.version_info >= (3, 11)
import ensurepip, time, venv
class Point:
    __slots__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
    def total(self): return self.x + self.y
def work():
    began, total = time.process_time(), 0
    for i in range(30000):
        total += Point(i, len(f"{i}")).total() + len({"a": i, **{"b": str(i)}})
    return time.process_time() - began
print(round(min(work() for _ in range(5)) * 1000))
EOF
}

# `python3`, unless the system's own is a tenth faster: distributions build theirs with profile-guided optimisation,
# home-made ones (pyenv) often are not. PYTHON= chooses another.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        echo "$PYTHON"
        return
    fi
    ours=$(command -v python3 || true) systems=/usr/bin/python3
    ours_takes=$([ -z "$ours" ] || speed "$ours" || true)
    systems_takes=$([ ! -x $systems ] || speed $systems || true)
    if [ -n "$systems_takes" ] && [ "$((systems_takes * 10))" -lt "$((${ours_takes:-100000} * 9))" ]; then
        echo $systems
        return
    fi
    for candidate in python3 python3.11 python3.12 python3.13 python3.14; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

make_venv() {
    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.11 or newer is needed and none was found: install python3 · 需要 Python 3.11 及以上"
    echo "setup: making .venv with $python"
    rm -rf .venv
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv .venv
    elif command -v uv >/dev/null 2>&1; then
        uv venv --quiet --python "$python" .venv
    else
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "this Python cannot make environments: install the package python$version-venv (Debian, Ubuntu) or uv · 缺少 python$version-venv"
    fi
}

.venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || make_venv

if .venv/bin/python -m pip --version >/dev/null 2>&1; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
        -r deploy/requirements-bootstrap.lock || fail "uv could not be installed, see above · 安装 uv 失败"
    uv=.venv/bin/uv
else
    uv=$(command -v uv) || fail "neither pip nor uv is at hand · 找不到 pip 或 uv"
fi

export VIRTUAL_ENV="$PWD/.venv" UV_LINK_MODE="${UV_LINK_MODE:-copy}"
echo "setup: installing the locked packages"
"$uv" pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
echo "setup: installing our packages"
editable=""
for folder in "$@"; do
    editable="$editable -e ./$folder"
done
# shellcheck disable=SC2086 # a list of flags, its paths have no spaces
"$uv" pip install --quiet --no-deps --no-sources --no-build-isolation $editable
echo "setup: done"
