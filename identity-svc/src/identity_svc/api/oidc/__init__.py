"""The OpenID provider's endpoints, its log-in pages, and its administration."""
