"""What the services say to each other: events, topics and token claims.

Imports nothing else of ours. One module per owning context; the committed JSON Schemas in
`schemas/` are held against the models by a test, so that an incompatible change fails.
"""
