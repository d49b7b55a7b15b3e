"""Use cases, one a module, verb first. `handlers.py` is the menu."""
