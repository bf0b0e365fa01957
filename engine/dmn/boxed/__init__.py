"""Boxed expressions: the logic of decisions and business knowledge models (DMN 1.5, 7.3, 8, 10.2)."""

from __future__ import annotations

from engine.dmn.boxed.reading import BoxReader

__all__ = ["BoxReader"]
