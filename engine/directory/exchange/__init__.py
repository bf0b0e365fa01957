"""The directory to and from CSV files and Excel workbooks."""

from engine.directory.exchange.exporting import export_csv, export_tables, export_workbook
from engine.directory.exchange.importing import import_directory
from engine.directory.exchange.report import DirectoryReport, TableReport
from engine.directory.exchange.sheets import read_files

__all__ = [
    "DirectoryReport",
    "TableReport",
    "export_csv",
    "export_tables",
    "export_workbook",
    "import_directory",
    "read_files",
]
