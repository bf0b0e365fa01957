"""The web app as a real browser has it: first paints, answers to what is pressed, bytes of the first load.

    python -m bench.browser [--cases 20] [--past 120] [--paints 15] [--rounds 32] [--only paints bytes work]
                            [--service FILE] [--json FILE]

A real Chromium opens the built app on the sample county, served by the product itself (what `make run` starts, on SQLite,
on the same machine), or by a service that runs already: `--service` takes what `bihuan demo --serve --format json` printed.
At a desk (1280×800) and on a phone (390×844, touch), without any throttling.

- Paints: first contentful paint, each time in a browser that has nothing kept (cold) and once more in the same (warm), of the
  page to sign in and of the inbox with a session; beside them an empty page in the same browser.
- Interactions: a grid worker goes through the inbox, searches, filters, claims, completes, takes back, returns, selects. The
  browser's Event Timing tells each interaction's longest event until something was painted, in steps of 8 ms, from
  16 ms on (shorter ones are counted as 16); beside them a bare button that changes a word.
- Bytes: the page, scripts and styles fetched until a screen has settled, with gzip. bpmn-js, form-js and ECharts must not be
  among them.

Prints a table; exits with 1 when a bound is missed: 1 s to the first paint, 100 ms from an interaction to the next paint,
350 kB with gzip, each for 95 in 100.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, expect, sync_playwright

from bench.browser.bare import bare_page
from bench.browser.figures import Line, machine, table
from bench.browser.long_list import long_list
from bench.browser.observed import Interaction, observe
from bench.browser.paints import first_loads, paints
from bench.browser.sample import register
from bench.browser.work import Worker
from tests.browser.visitor import DESKTOP, DEVICES, PATIENCE, ROOT, Device, new_context, sign_in
from tests.infrastructure.chromium import FLAGS, chromium
from tests.infrastructure.demo_service import Service, demo_service

INTERACTION_BOUND: Final = 100.0
"""Milliseconds from an interaction to the next paint."""
SLOW: Final = 100.0
"""From here on JSON tells what a single interaction was spent on."""
PARTS: Final = ("bytes", "paints", "work")


def main() -> None:
    """Measure and print."""
    options = _options()
    expect.set_options(timeout=PATIENCE)
    lines: list[Line] = []
    slow: list[dict[str, Any]] = []
    with _service(options) as demo, bare_page() as bare, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        print(f"Chromium {browser.version}, {machine()}")
        for device in DEVICES:
            if "bytes" in options.only:
                lines += first_loads(browser, demo, device)
            if "paints" in options.only:
                lines += paints(browser, demo, device, bare, options.paints)
            if "work" in options.only:
                lines += _work(browser, demo, device, bare, options.rounds, slow)
        browser.close()
    print(table(lines))
    print(machine())
    if options.json is not None:
        told = {"machine": machine(), "lines": [line.told() for line in lines], "slow": slow}
        options.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    sys.exit(any(line.missed for line in lines))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=20, help="sample cases of each flow, just begun")
    parser.add_argument("--past", type=int, default=120, help="sample cases of the weeks before")
    parser.add_argument("--paints", type=int, default=15, help="openings of each screen")
    parser.add_argument("--rounds", type=int, default=32, help="times each interaction is done")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--service", type=Path, help="what `bihuan demo --serve --format json` printed")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


@contextmanager
def _service(options: argparse.Namespace) -> Iterator[Service]:
    if options.service is not None:
        # The service goes on talking behind it.
        told, _ = json.JSONDecoder().raw_decode(options.service.read_text("utf-8"))
        yield Service(address=told["address"].rstrip("/"), accounts=told["accounts"])
        return
    web = ROOT / "web" / "dist"
    if not (web / "index.html").is_file():
        sys.exit("the web app is not built: run `make web`")
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_service(
            Path(folder), cases=options.cases, past=options.past, settings={"BIHUAN_WEB": str(web)}
        ) as demo,
    ):
        yield demo


def _work(
    browser: Browser, demo: Service, device: Device, bare: str, times: int, slow: list[dict[str, Any]]
) -> Iterator[Line]:
    """What is done in the inbox, each kind and all together."""
    nothing = _bare(browser, demo, device, bare, times)
    yield nothing
    context = new_context(browser, demo, device)
    observe(context)
    sign_in(context, demo, "grid_worker")
    # Those that are claimed together, those that are worked on, and some that stay.
    register(context, times + 2 * _together(times) + 12)
    worker = Worker(context.new_page(), device)
    worker.begins()
    worker.reads(times)
    worker.looks_around(times // 4 + 1)
    worker.selects(times)
    worker.takes(times)
    worker.works(times)
    worker.selects(1)
    worker.claims_together(_together(times))
    frames = long_list(worker, times) if device is DESKTOP else []
    context.close()
    everything = [each for found in worker.found.values() for each in found]
    for name, found in {**worker.found, "everything": everything}.items():
        slow += [_slow(name, device, one) for one in found if one.duration >= SLOW and name != "everything"]
        yield Line(
            name=name,
            device=device.name,
            unit="ms",
            values=[one.duration for one in found],
            bound=INTERACTION_BOUND,
            bare=nothing.median,
        )
    yield from frames


def _together(times: int) -> int:
    return times // 8 + 1


def _bare(browser: Browser, demo: Service, device: Device, bare: str, times: int) -> Line:
    context = new_context(browser, demo, device)
    observe(context)
    worker = Worker(context.new_page(), device)
    worker.page.goto(bare)
    button = worker.page.get_by_role("button")
    for _ in range(times):
        worker.times("a bare button", lambda: worker.press(button))
    context.close()
    (values,) = worker.found.values()
    return Line(name="a bare button", device=device.name, unit="ms", values=[one.duration for one in values])


def _slow(name: str, device: Device, one: Interaction) -> dict[str, Any]:
    return {"name": name, "device": device.name, "took": one.duration, **one.parts}


if __name__ == "__main__":
    main()
