"""What an attacker tries, at the same provider as in `oidc`; and a watch that also sees what costs the most."""

import pytest
from argon2 import PasswordHasher
from chassis.clock import now
from identity_svc.application import sms_budget
from identity_svc.persistence import throttle
from joserfc.jws import JWSRegistry
from oidc_kit.fixtures import browser, citizen, identity, new_browser, new_party, operator, our_url, party

__all__ = ["browser", "citizen", "identity", "new_browser", "new_party", "operator", "our_url", "party"]


@pytest.fixture
def still(monkeypatch):
    """No allowance fills up meanwhile, however slow the machine is: what is left can be counted."""
    moment = now()
    for module in (throttle, sms_budget):
        monkeypatch.setattr(module, "now", lambda: moment)


@pytest.fixture
def alike(watch, monkeypatch):
    """A watch that notes runs of argon2 and checks of signatures besides."""

    def noting(owner, name, word):
        original = getattr(owner, name)

        def noted(*args, **more):
            watch.note(word)
            return original(*args, **more)

        monkeypatch.setattr(owner, name, noted)

    for name in ("hash", "verify"):
        noting(PasswordHasher, name, f"argon2 {name}")
    for algorithm in ("RS256", "PS256", "ES256"):
        model = JWSRegistry.algorithms[algorithm]
        noting(type(model), "verify", f"signature {type(model).__name__}")
    return watch
