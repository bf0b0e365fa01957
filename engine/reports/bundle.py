"""The reports of an installation, set up from its folder of settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.calendars.timetable import Timetable
from engine.categories import CategoryFile
from engine.facade import Engine
from engine.reports.reporting import Reports
from engine.reports.rollup import Rollup
from engine.reports.rules import FILE, Rules, load_rules


class RulesFile:
    """The rules of a folder, read anew when their file has changed."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._seen: tuple[int, int] | None = None
        self._rules: Rules | None = None

    def __call__(self) -> Rules:
        """The rules in force. Raises InvalidInput when they are not sound."""
        path = self._config / FILE
        found = path.stat() if path.exists() else None
        seen = None if found is None else (found.st_mtime_ns, found.st_size)
        if self._rules is None or seen != self._seen:
            self._rules = load_rules(self._config)
            self._seen = seen
        return self._rules


def open_reports(
    engine: Engine, config: Path, timetable: Callable[[], Timetable], *, shipped: Path | None = None
) -> Reports:
    """The reports of an engine. config: folder with `reports.toml`. timetable: gives calendars and limits in force.

    shipped: where the file is that comes along, for folders older than reports.
    """
    rules = RulesFile(config if shipped is None or (config / FILE).exists() else shipped)
    rollup = Rollup(engine.database, engine.definitions, rules, timetable, engine.clock)
    zone = ZoneInfo(engine.settings.zone)
    return Reports(
        engine.database,
        engine.definitions,
        rollup,
        rules,
        timetable,
        CategoryFile(config),
        engine.clock,
        zone,
    )
