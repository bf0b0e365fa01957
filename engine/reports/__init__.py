"""Indicators and reports, counted from facts that follow from the logs of cases (DOMAIN §5, docs/reports.md)."""

from engine.reports.bundle import RulesFile, open_reports
from engine.reports.counting import Grouping
from engine.reports.files import FILES, file_name
from engine.reports.indicators import INDICATORS
from engine.reports.issuing import issue_due
from engine.reports.printing import Mark, Printer
from engine.reports.report import Report, to_json
from engine.reports.reporting import WRITERS, Asked, Reports
from engine.reports.rollup import Rollup
from engine.reports.rules import Rules, load_rules

__all__ = [
    "FILES",
    "INDICATORS",
    "WRITERS",
    "Asked",
    "Grouping",
    "Mark",
    "Printer",
    "Report",
    "Reports",
    "Rollup",
    "Rules",
    "RulesFile",
    "file_name",
    "issue_due",
    "load_rules",
    "open_reports",
    "to_json",
]
