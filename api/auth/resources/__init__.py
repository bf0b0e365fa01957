"""The endpoints of signing in and of accounts."""

from typing import Final

from api.auth.resources import accounts, sign_in, tokens
from api.auth.resources.foreign import Callback, Providers, Start
from api.blueprint import Blueprint

BLUEPRINTS: Final[tuple[Blueprint, ...]] = (sign_in.blueprint, accounts.blueprint, tokens.blueprint)

__all__ = ["BLUEPRINTS", "Callback", "Providers", "Start"]
