#!/bin/sh
# What the tests with others' relying parties need of the machine: Apache with mod_auth_openidc, Chromium, Node and two
# npm packages. Installs what is missing where it may, and never fails: without them those tests are skipped, saying why.
cd "$(dirname "$0")" || exit 0

has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }

missing=""
has apache2 || missing="$missing apache2"
[ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || missing="$missing libapache2-mod-auth-openidc"
has chromium || missing="$missing chromium"
has node || missing="$missing nodejs"
has npm || missing="$missing npm"

if [ -n "$missing" ] && has apt-get && [ "$(id -u)" = 0 ]; then
    echo "relying parties: installing$missing"
    # RUNLEVEL=1: the server that comes with the package is not started.
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    get="apt-get -qq -o DPkg::Lock::Timeout=120"
    { $get update && $get install -y --no-install-recommends $missing; } >/dev/null 2>&1 ||
        echo "relying parties: could not install$missing"
fi

if has npm && ! cmp -s package-lock.json node_modules/.from-lock; then
    echo "relying parties: installing npm packages"
    if npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null 2>&1; then
        cp package-lock.json node_modules/.from-lock
    else
        echo "relying parties: could not install the npm packages"
    fi
fi
exit 0
