"""Simulated staff."""
