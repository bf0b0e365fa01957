"""Rows to requests: every defect is named with row and column, good rows around it are taken."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.intake.csvfile import RowErrors
from engine.intake.layout import read_layout
from engine.intake.rows import ImportedRequest, read_requests

LAYOUT = read_layout(Path("config/imports/baltimore-311.toml").read_bytes())
GOOD = {
    "SRRecordID": "k1",
    "ServiceRequestNum": "18-1",
    "SRType": "Pothole",
    "MethodReceived": "Phone",
    "CreatedDate": "07/02/2018 09:00:00 AM",
    "SRStatus": "Closed",
    "StatusDate": "07/04/2018 10:00:01 AM",
    "DueDate": "07/05/2018 09:00:00 AM",
    "CloseDate": "07/04/2018 10:00:00 AM",
    "Agency": "Transportation",
    "Address": "1 MAIN ST",
    "ZipCode": "21201",
    "Neighborhood": "Centre",
}


def requests(*changes: Mapping[str, str]) -> list[ImportedRequest | RowErrors]:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(GOOD))
    writer.writeheader()
    for place, change in enumerate(changes):
        writer.writerow({**GOOD, "SRRecordID": f"k{place}", "ServiceRequestNum": f"18-{place}", **change})
    return list(read_requests(io.BytesIO(written.getvalue().encode()), LAYOUT))


def test_a_good_row_becomes_a_request_in_utc() -> None:
    (request,) = requests({})
    assert isinstance(request, ImportedRequest)
    assert request.created_at == datetime(2018, 7, 2, 13, 0, tzinfo=UTC)
    assert request.due_at == datetime(2018, 7, 5, 13, 0, tzinfo=UTC)
    assert request.closed_at == datetime(2018, 7, 4, 14, 0, tzinfo=UTC)
    assert request.seen_at == datetime(2018, 7, 4, 14, 0, 1, tzinfo=UTC)
    assert (request.row, request.agency, request.fields["zip_code"]) == (2, "Transportation", "21201")


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"CreatedDate": "13/45/2018 09:00:00 AM"}, "CreatedDate", "bad_date"),
        ({"CreatedDate": "02/30/2018 09:00:00 AM"}, "CreatedDate", "bad_date"),
        ({"CreatedDate": "07/02/0018 09:00:00 AM"}, "CreatedDate", "bad_date"),
        ({"CreatedDate": "soon"}, "CreatedDate", "bad_date"),
        ({"CreatedDate": ""}, "CreatedDate", "empty"),
        ({"DueDate": "2018-07-05"}, "DueDate", "bad_date"),
        ({"DueDate": "07/01/2018 09:00:00 AM"}, "DueDate", "due_before_created"),
        ({"CloseDate": "07/01/2018 09:00:00 AM"}, "CloseDate", "closed_before_created"),
        ({"CloseDate": ""}, "SRStatus", "status_contradiction"),
        ({"SRStatus": "Open"}, "SRStatus", "status_contradiction"),
        ({"SRStatus": "Lost"}, "SRStatus", "unknown_status"),
        ({"SRStatus": "", "CloseDate": ""}, "SRStatus", "empty"),
        ({"Agency": " "}, "Agency", "empty"),
        ({"SRRecordID": "k0"}, "SRRecordID", "duplicate"),
        ({"ServiceRequestNum": "18-0"}, "ServiceRequestNum", "duplicate"),
    ],
)
def test_a_defect_refuses_its_row_alone_and_names_the_place(
    change: dict[str, str], column: str, code: str
) -> None:
    first, bad, last = requests({}, change, {})
    assert isinstance(first, ImportedRequest)
    assert isinstance(last, ImportedRequest)
    assert isinstance(bad, RowErrors)
    (problem,) = bad.problems
    assert (problem.row, problem.column, problem.code) == (3, column, code)
    assert problem.message_zh
    assert problem.message_en


def test_every_defect_of_a_row_is_named() -> None:
    (bad,) = requests({"CreatedDate": "x", "DueDate": "y", "SRStatus": "z"})
    assert isinstance(bad, RowErrors)
    assert {problem.column for problem in bad.problems} == {"CreatedDate", "DueDate", "SRStatus"}


def test_no_due_date_is_no_defect() -> None:
    (request,) = requests({"DueDate": ""})
    assert isinstance(request, ImportedRequest)
    assert request.due_at is None


def test_due_and_closed_in_the_second_of_creation_are_taken() -> None:
    same = GOOD["CreatedDate"]
    (request,) = requests({"DueDate": same, "CloseDate": same})
    assert isinstance(request, ImportedRequest)
    assert request.closed_at == request.created_at == request.due_at


@pytest.mark.parametrize(
    ("written", "instant", "code"),
    [
        ("11/04/2018 01:30:00 AM", datetime(2018, 11, 4, 5, 30, tzinfo=UTC), "fold"),
        ("03/11/2018 02:30:00 AM", datetime(2018, 3, 11, 7, 30, tzinfo=UTC), "gap"),
    ],
)
def test_doubtful_local_times_are_read_and_named(written: str, instant: datetime, code: str) -> None:
    (request,) = requests({"CreatedDate": written, "CloseDate": "", "SRStatus": "New", "DueDate": ""})
    assert isinstance(request, ImportedRequest)
    assert request.created_at == instant
    (warning,) = request.warnings
    assert (warning.column, warning.code, warning.severity) == ("CreatedDate", code, "warning")


def test_a_formula_is_kept_as_text_with_a_warning() -> None:
    (request,) = requests({"Address": "=1+1"})
    assert isinstance(request, ImportedRequest)
    assert request.address == "=1+1"
    assert [(warning.column, warning.code) for warning in request.warnings] == [("Address", "formula")]


def test_a_due_date_is_no_evidence_of_the_present() -> None:
    (request,) = requests({"DueDate": "01/01/2020 09:00:00 AM"})
    assert isinstance(request, ImportedRequest)
    assert request.seen_at == datetime(2018, 7, 4, 14, 0, 1, tzinfo=UTC)
