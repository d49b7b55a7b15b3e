"""Use cases, one a module; `handlers.py` is the menu."""
