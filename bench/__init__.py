"""Measurements; each is run by a `make` target."""
