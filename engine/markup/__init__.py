"""Reading XML that nobody has vouched for."""

from engine.markup.reader import MarkupError, line, read

__all__ = ["MarkupError", "line", "read"]
