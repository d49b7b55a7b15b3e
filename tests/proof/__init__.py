"""What must hold at volume: races for one case, a broker that lost everything, a million rows.

Each proof takes its size as a parameter: a small one belongs to `make test`, the full one to `make proof`.
"""
