"""Accounts, sessions and tokens: who a caller is and what they may ask for. Knows no web framework."""
