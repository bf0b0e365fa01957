"""What programs say to people: every sentence under a key, in Chinese and in English."""

from engine.i18n.catalogue import Catalogue, catalogue
from engine.i18n.language import Language, preferred

__all__ = ["Catalogue", "Language", "catalogue", "preferred"]
