"""Service items, their versions, guides, forms and search."""
