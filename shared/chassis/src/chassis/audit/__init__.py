"""The audit log sealed into a chain, its heads anchored outside the database, and the walk that finds tampering."""
