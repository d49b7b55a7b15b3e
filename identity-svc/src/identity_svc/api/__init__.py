"""Routes: reading requests, calling the menu, showing answers."""
