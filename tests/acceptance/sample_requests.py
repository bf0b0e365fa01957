"""A service-request file of our own in the form of the public one: seeded, fictional, with its oddities."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from random import Random

HEADER = [
    "SRRecordID",
    "ServiceRequestNum",
    "SRType",
    "MethodReceived",
    "CreatedDate",
    "SRStatus",
    "StatusDate",
    "DueDate",
    "CloseDate",
    "Agency",
    "Address",
    "ZipCode",
    "Neighborhood",
    "Longitude",
]
WORK = {
    "Solid Waste": ["SW-Dirty Alley", "SW-Missed Collection", "SW-Rat Burrow"],
    "Transportation": ["TR-Pothole", "TR-Street Light Out", "TR-Sign Missing"],
    "Housing": ["HC-Vacant Building", "HC-High Grass"],
    "Water": ["WW-Leak", "WW-Low Pressure"],
    "Parking": ["PK-Meter Broken"],
}
STREETS = ["LINDEN WAY", "FERRY LN", "OLD MILL RD", "HARBOUR ST, APT 2", 'THE "GREEN" CT']
FORMAT = "%m/%d/%Y %I:%M:%S %p"


def sample(count: int, *, seed: int = 311) -> bytes:
    """A file of `count` requests: about one in forty open, one in thirty without a due date, some closed at once."""
    random = Random(seed)
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(HEADER)
    for number in range(count):
        writer.writerow(_request(random, number))
    return written.getvalue().encode()


def _request(random: Random, number: int) -> list[str]:
    agency = random.choices(list(WORK), weights=[48, 20, 15, 14, 3])[0]
    created = datetime(2017, 1, 1) + timedelta(seconds=random.randrange(2 * 365 * 86_400))
    # the hour in which clocks change is left out: wall-clock comparison is not defined there
    created = created.replace(hour=max(created.hour, 4))
    promised = timedelta(days=random.choice([0, 1, 2, 5, 10, 30]))
    took = timedelta(seconds=random.choice([0, 20, random.randrange(86_400), random.randrange(20 * 86_400)]))
    closed: datetime | None = created + took
    if closed is not None and closed.hour < 4:
        closed += timedelta(hours=4)
    status = random.choices(["Closed", "Closed (Duplicate)", "Closed (Transferred)"], weights=[95, 4, 1])[0]
    if random.random() < 1 / 40:
        closed, status = None, random.choice(["Open", "New", "Pending"])
    due = None if random.random() < 1 / 30 else created + promised
    return [
        f"sample{number:08d}",
        f"S-{number:06d}",
        random.choice(WORK[agency]),
        random.choice(["Phone", "API", "Internal", "Mail"]),
        _text(created),
        status,
        _text(closed or created),
        _text(due),
        _text(closed),
        agency,
        f"{random.randrange(1, 4000)} {random.choice(STREETS)}" if random.random() > 0.03 else "",
        f"21{random.randrange(200, 240)}",
        random.choice(["Riverside", "Hilltop", ""]),
        f"-76.{random.randrange(10**6):06d}",
    ]


def _text(time: datetime | None) -> str:
    return "" if time is None else time.strftime(FORMAT)
