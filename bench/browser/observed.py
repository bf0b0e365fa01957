"""What the browser itself tells of a page: when it was painted, how long interactions took, what was fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import BrowserContext, Page

GRAIN: Final = 8.0
"""Event Timing tells durations in steps of this many milliseconds."""
LEAST: Final = 16.0
"""Shorter interactions are not told at all; they are counted as this long."""

_OBSERVE: Final = """
window.seen = { shifts: 0, largest: 0, events: [], frames: [] }
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.seen.shifts += one.value
}).observe({ type: 'layout-shift', buffered: true })
new PerformanceObserver((list) => { window.seen.largest = list.getEntries().at(-1).startTime })
  .observe({ type: 'largest-contentful-paint', buffered: true })
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (one.interactionId) window.seen.events.push({
    id: one.interactionId, event: one.name, duration: one.duration, start: one.startTime,
    waited: one.processingStart - one.startTime, handled: one.processingEnd - one.processingStart })
}).observe({ type: 'event', durationThreshold: 16, buffered: true })
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.seen.frames.push({
    start: one.startTime, duration: one.duration, style: one.styleAndLayoutStart - one.startTime,
    scripts: one.scripts.map((each) =>
      `${Math.round(each.duration)} ms ${each.invoker} ${each.sourceURL.split('/').at(-1)} ${each.sourceFunctionName}`) })
}).observe({ type: 'long-animation-frame', buffered: true })
"""
_BEGIN: Final = (
    "() => { window.seen.events = []; window.seen.frames = []; return performance.interactionCount }"
)
# An event is told after the frame that it led to is on the screen.
_END: Final = """(before) => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
  done({ count: performance.interactionCount - before, events: window.seen.events, frames: window.seen.frames })
}, 100))))"""
_PAINTED: Final = """() => ({
  first: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  largest: window.seen.largest, shifts: window.seen.shifts })"""
_FETCHED: Final = """() => performance.getEntriesByType('resource').map((one) => ({
  url: one.name, sent: one.encodedBodySize, size: one.decodedBodySize }))"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Painted:
    """When a page was painted, in milliseconds from where the way to it began, and how much of it moved."""

    first: float
    largest: float
    shifts: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A file a page asked for. sent: its bytes on the way, compressed."""

    url: str
    sent: int
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Interaction:
    """One interaction: its longest event, and what kept the browser busy meanwhile."""

    duration: float
    parts: dict[str, Any]


def observe(context: BrowserContext) -> None:
    """Have every page of a context keep what it is told."""
    context.add_init_script(_OBSERVE)


def painted(page: Page) -> Painted:
    """How a page that has settled was painted."""
    return Painted(**page.evaluate(_PAINTED))


def fetched(page: Page) -> list[Fetched]:
    """What a page asked for so far, itself aside."""
    return [Fetched(**each) for each in page.evaluate(_FETCHED)]


def begin(page: Page) -> int:
    """From here on; for `ended`."""
    return int(page.evaluate(_BEGIN))


def ended(page: Page, begun: int) -> list[Interaction]:
    """The interactions since `begin`."""
    told = page.evaluate(_END, begun)
    longest: dict[int, dict[str, Any]] = {}
    for event in told["events"]:
        known = longest.get(event["id"])
        if known is None or known["duration"] < event["duration"]:
            longest[event["id"]] = event
    found = [
        Interaction(duration=event["duration"], parts={**event, "frames": _during(event, told["frames"])})
        for event in longest.values()
    ]
    untold = max(told["count"] - len(found), 0)
    return found + [Interaction(duration=LEAST, parts={})] * untold


def _during(event: dict[str, Any], frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    end = event["start"] + event["duration"]
    return [
        frame
        for frame in frames
        if frame["start"] < end and frame["start"] + frame["duration"] > event["start"]
    ]
