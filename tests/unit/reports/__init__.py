"""Indicators and the facts they count."""
