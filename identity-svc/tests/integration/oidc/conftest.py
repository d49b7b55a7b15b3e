"""The provider with the demonstration's people, a browser, and two departments' systems."""

from oidc_kit.fixtures import browser, citizen, identity, new_browser, new_party, operator, our_url, party

__all__ = ["browser", "citizen", "identity", "new_browser", "new_party", "operator", "our_url", "party"]
