"""What the catalogue does: one use case a module. `handlers.py` is the menu of events and jobs."""
