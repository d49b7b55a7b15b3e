"""One use case a module; `handlers.py` is the menu."""
