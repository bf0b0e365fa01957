"""Confidential content outside the case log: sealed under keys that can be destroyed while every proof still holds."""

from engine.vault.keyring import Erased, Keyring
from engine.vault.vault import Damaged, Sealed, Vault

__all__ = ["Damaged", "Erased", "Keyring", "Sealed", "Vault"]
