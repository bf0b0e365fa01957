"""The service-request files the acceptance tests run on: our own always, the public one where it is at hand."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.sample_requests import sample

PUBLIC = Path(__file__).resolve().parents[3] / "shared" / "data" / "requests" / "baltimore-311.csv"


def request_files(*, count: int = 600) -> dict[str, bytes]:
    """File name → content. The public file is never copied into the project; it is read beside it."""
    files = {"sample": sample(count)}
    if PUBLIC.exists():
        files["public"] = PUBLIC.read_bytes()
    return files
