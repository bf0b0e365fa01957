"""Documents of a case: what its steps yield, set from templates, numbered, sealed, signed; and its dossier."""

from engine.documents.closing import SealOnClosing
from engine.documents.documents import Documents, Opened
from engine.documents.dossier import Dossiers
from engine.documents.papers import CATALOGUE, Document, Dossier, Signature, Version
from engine.documents.sealing import NoSeal, PicturedSeals, SealProof, SealService

__all__ = [
    "CATALOGUE",
    "Document",
    "Documents",
    "Dossier",
    "Dossiers",
    "NoSeal",
    "Opened",
    "PicturedSeals",
    "SealOnClosing",
    "SealProof",
    "SealService",
    "Signature",
    "Version",
]
