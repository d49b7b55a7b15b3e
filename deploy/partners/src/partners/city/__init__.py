"""The city's unified identity platform: an OpenID provider with people of its own and their levels of trust."""
