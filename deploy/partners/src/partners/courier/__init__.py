"""The courier: orders, parcels that move by themselves, pushes."""
