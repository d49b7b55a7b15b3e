"""One use case a module, verb first; `handlers.py` is the menu."""
