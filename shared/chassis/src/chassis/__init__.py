"""How a service runs. Knows no business word; every service builds on it and on `contracts` alone."""
