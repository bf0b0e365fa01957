"""Seals: the one place where a service for electronic seals is asked, and pictures of seals are found.

A national-standard service (SM2 signatures, GB/T 38540 seal data) stands outside; what it answers is kept in the log
beside the hash of the document it is about, so that it can be checked later by whoever trusts that service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from engine.errors import InvalidInput

FOLDER: Final = "seals"
LARGEST: Final = 200_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_UNIT: Final = re.compile(r"[^/\\\x00.][^/\\\x00]{0,79}")


@dataclass(frozen=True, kw_only=True, slots=True)
class SealProof:
    """What a seal service answered. algorithm: such as `SM2/GBT38540`. proof, certificate: as the service writes them."""

    algorithm: str
    proof: str
    certificate: str

    def wire(self) -> dict[str, str]:
        """As the log keeps it."""
        return {"algorithm": self.algorithm, "proof": self.proof, "certificate": self.certificate}


class SealService(Protocol):
    """Puts a unit's seal on a document."""

    def seal(self, *, sha256: str, number: str, unit: str, person: str) -> SealProof | None:
        """The proof for a document's hash, or None where the unit has no seal. Raises BihuanError when it fails."""

    def picture(self, unit: str) -> bytes | None:
        """The picture of a unit's seal (PNG), printed where the seal goes; None where there is none."""


class NoSeal:
    """No service: documents are signed by name, time and hash alone."""

    def seal(self, *, sha256: str, number: str, unit: str, person: str) -> SealProof | None:
        """No seal."""
        return None

    def picture(self, unit: str) -> bytes | None:
        """No picture."""
        return None


@dataclass(frozen=True, slots=True)
class PicturedSeals(NoSeal):
    """Pictures of seals in a folder, `<unit>.png` each; no service. A picture proves nothing: the hash does."""

    folder: Path

    def picture(self, unit: str) -> bytes | None:
        """The unit's picture. Raises InvalidInput for a file that is none, or too large."""
        path = self.folder / f"{unit}.png"
        if not _UNIT.fullmatch(unit) or not path.is_file():
            return None
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        if not content.startswith(_PNG):
            raise InvalidInput.at(
                f"{FOLDER}/{path.name}",
                message_zh=f"印章图片须是不超过 {LARGEST // 1000} kB 的 PNG",
                message_en=f"the picture of a seal is a PNG of at most {LARGEST // 1000} kB",
            )
        return content
