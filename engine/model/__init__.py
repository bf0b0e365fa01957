"""From a designer's files to checked, immutable definitions."""

from engine.model.findings import Finding, ModelErrors
from engine.model.package import Package, read_before, read_package
from engine.model.rules import Severity

__all__ = ["Finding", "ModelErrors", "Package", "Severity", "read_before", "read_package"]
