"""The OpenID provider's rules: who may ask for what, what comes next, and what is given."""
