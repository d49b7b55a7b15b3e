"""What the gateway answers itself: health, the merged API document, pages, stuck work of all services."""
