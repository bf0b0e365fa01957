"""Setting documents as PDF from templates (typst), bounded and deterministic; knows nothing of cases."""

from engine.typesetting.library import GENERAL, LAYOUT, library, place_of, split
from engine.typesetting.setter import (
    Bounds,
    Sheet,
    TemplateFailed,
    page_count,
    pictures,
    set_sheet,
    set_sheets,
)

__all__ = [
    "GENERAL",
    "LAYOUT",
    "Bounds",
    "Sheet",
    "TemplateFailed",
    "library",
    "page_count",
    "pictures",
    "place_of",
    "set_sheet",
    "set_sheets",
    "split",
]
