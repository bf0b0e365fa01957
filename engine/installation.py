"""How the engine of an installation is set up: its limits and calendars, its directory, its FEEL functions.

The command line, the importer, the demonstration, scenarios and tests all get their engine here, so that a diagram
finds the same functions and limits everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from engine.calendars.case_clock import case_clock_providers
from engine.calendars.duty import read_duty
from engine.calendars.functions import functions as time_functions
from engine.calendars.providers import providers as time_providers
from engine.calendars.timetable import Timetable
from engine.cases.clock import Clock, wall_clock
from engine.cases.marks import functions as mark_functions
from engine.categories import CategoryFile
from engine.categories import functions as category_functions
from engine.categories import providers as category_providers
from engine.directory import Directory, read_vocabulary
from engine.directory.reads import CANDIDATES, GROUPS, PEOPLE, STANDS_IN, UNIT
from engine.directory.reads import functions as directory_functions
from engine.directory.reads import providers as directory_providers
from engine.facade import Config, Engine
from engine.feel import Environment
from engine.runtime import Settings
from engine.runtime.standing import functions as standing_functions

if TYPE_CHECKING:
    from engine.runtime.session import Session

Provider = Callable[[Any], Any]
Staff = Callable[[], Directory | None]
"""Gives the directory; None where there is none, or nobody is in it yet."""

VOCABULARY = "directory.toml"
DUTY = "duty.toml"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = (CANDIDATES, UNIT, PEOPLE, GROUPS, STANDS_IN)


def configured(config: Path, *, directory: Staff = lambda: None, **overrides: Any) -> Config:
    """The configuration of an engine whose limits and calendars are in a folder.

    config: holds `calendars/*.toml`, `limits/*.toml`, `categories.csv` and, outside peace, `duty.toml` with the duty grade; a change in
    them takes effect without a restart.
    overrides: other entries of `Config`; `providers` are added to the standard ones, `settings` keep their
    functions if they have any. Raises ConfigProblems when the files are not sound.
    """
    timetable = Timetables(config)
    timetable()
    categories = CategoryFile(config)
    categories()
    settings: Settings = overrides.pop("settings", None) or Settings()
    if settings.functions is None:
        settings = replace(settings, functions=_functions)
    providers: Mapping[str, Provider] = {
        **time_providers(timetable),
        **case_clock_providers(timetable),
        **category_providers(categories),
        **{kind: _asking(directory, kind) for kind in KINDS},
        **overrides.pop("providers", {}),
    }
    return Config(settings=settings, providers=providers, **overrides)


def open_engine(
    url: str, config: Path, *, clock: Clock = wall_clock, create: bool = True, **overrides: Any
) -> Engine:
    """An engine on a database with all of an installation around it; the directory is the one in the database.

    config: as for `configured`, with `directory.toml` beside. overrides: other entries of `Config`. Raises what
    `configured` and `Engine.open` raise.
    """
    directory: Directory | None = None
    vocabulary = read_vocabulary((config / VOCABULARY).read_bytes())
    standard = configured(config, directory=lambda: directory, **overrides)
    engine = Engine.open(url, clock=clock, config=standard, create=create)
    directory = Directory(engine.database, vocabulary)
    directory.refresh()
    engine.directory = directory
    return engine


def trial_environment(config: Config, *, now: int, zone: ZoneInfo) -> Environment:
    """What an expression may use that is tried outside any case: the clock, and the functions of the installation.

    config: as `configured` makes it. now: microseconds since 1970 UTC. Nothing that is looked up is recorded; a
    function that asks the directory where there is none raises InvalidInput.
    """
    trial = _Trial(now=now, zone=zone, reads=_TrialReads(config.providers))
    return Environment(
        now=(_EPOCH + timedelta(microseconds=now)).astimezone(zone),
        functions={
            **time_functions(trial),
            **directory_functions(trial.reads.read, now),
            **category_functions(trial),
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trial:
    """Stands for the running command of a case where there is no case."""

    now: int
    zone: ZoneInfo
    reads: _TrialReads


class _TrialReads:
    """Asks the providers and keeps nothing; what nobody answers is refused."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers

    def read(self, kind: str, key: Any) -> Any:
        """The value of an outside fact, in wire form."""
        provider = self._providers.get(kind)
        value = None if provider is None else provider(key)
        if value is not None:
            return value
        return {"refused": ["这里没有通讯录", "there is no directory here"]}


class Timetables:
    """The timetable of a folder, read anew when a file in it has changed."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._seen: list[tuple[str, int, int]] | None = None
        self._timetable: Timetable | None = None

    def __call__(self) -> Timetable:
        """The timetable in force."""
        seen = [
            (str(path), found.st_mtime_ns, found.st_size)
            for pattern in ("calendars/*.toml", "limits/*.toml", DUTY)
            for path in sorted(self._config.glob(pattern))
            for found in (path.stat(),)
        ]
        if self._timetable is None or seen != self._seen:
            file = self._config / DUTY
            profile = read_duty(file.read_bytes() if file.exists() else None, file=DUTY)
            self._timetable = Timetable.load(self._config, profile=lambda: profile)
            self._seen = seen
        return self._timetable


def _functions(session: Session) -> Mapping[str, Callable[..., Any]]:
    reads = session.reads
    return {
        **time_functions(session),
        **standing_functions(session),
        **directory_functions(reads.read, session.now),
        **mark_functions(session),
        **category_functions(session),
    }


def _asking(staff: Staff, kind: str) -> Provider:
    def provide(key: Any) -> Any:
        directory = staff()
        if directory is None or not directory.index.register.units:
            return None
        return directory_providers(directory)[kind](key)

    return provide
