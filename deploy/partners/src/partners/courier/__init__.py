"""The couriers: one depot in which parcels move by themselves, and a face for each courier's protocol."""
