"""The OpenID provider's use cases."""
