"""The service-request files the acceptance tests run on: our own always, the public one where it is at hand."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from tests.acceptance.sample_requests import sample

PUBLIC = Path(__file__).resolve().parents[3] / "shared" / "data" / "requests" / "baltimore-311.csv"


WHOLE = bool(os.environ.get("BIHUAN_WHOLE_FILES"))
"""Whether the public file is taken with all its rows: minutes, and for a run by hand."""
EACH = 12


def request_files(*, count: int = 600) -> dict[str, bytes]:
    """File name → content. The public file is never copied into the project; it is read beside it."""
    files = {"sample": sample(count)}
    if PUBLIC.exists():
        files["public"] = PUBLIC.read_bytes() if WHOLE else every(EACH, PUBLIC.read_bytes())
    return files


def every(nth: int, data: bytes) -> bytes:
    """A CSV file's header and every nth of its rows, as they are written."""
    rows = io.StringIO(data.decode("utf-8"), newline="")
    taken = io.StringIO(newline="")
    writer = csv.writer(taken)
    for number, row in enumerate(csv.reader(rows)):
        if number % nth == 0:
            writer.writerow(row)
    return taken.getvalue().encode("utf-8")
