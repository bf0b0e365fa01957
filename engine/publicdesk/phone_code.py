"""The second half of what opens a request to its sender: shown once, at submission, or sent to their telephone.

It follows from the case code and a secret of the installation, so that nothing is kept that could be stolen, and so
that a wrong code and a case that does not exist are told apart neither by the answer nor by its time: the code is
checked before anything is looked up.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from engine.cases.codes import ALPHABET

_LETTERS: Final = 10
"""50 bits: at ten attempts a minute a guess takes millions of years."""

_MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


class PhoneCodes:
    """Makes and checks them. secret: of this installation, at least 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def code(self, case_code: str) -> str:
        """The code that goes with a case code, such as `7K3M9-QXT2C`."""
        made = hmac.digest(self._secret, b"bihuan phone code 1 " + case_code.encode(), hashlib.sha256)
        number = int.from_bytes(made[:8], "big")
        letters = "".join(ALPHABET[number >> 5 * place & 31] for place in range(_LETTERS))
        return f"{letters[:5]}-{letters[5:]}"

    def fits(self, case_code: str, phone_code: str) -> bool:
        """Whether they belong together; however the code was typed, and in constant time."""
        return hmac.compare_digest(_letters(self.code(case_code)), _letters(phone_code))


def normal(case_code: str) -> str:
    """A case code as it was given out, however it was typed."""
    return case_code.strip().upper()


def _letters(code: str) -> bytes:
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    return typed.translate(_MISREAD).encode("utf-8", "surrogatepass")
