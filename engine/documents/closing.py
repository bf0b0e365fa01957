"""Sealing the dossiers of cases that were closed: what the outbox does with rows of the kind `dossier`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from engine.directory.scope import everything
from engine.documents.dossier import SERVICE, Dossiers
from engine.errors import Conflict, NotFound, Refusal
from engine.facade import Engine
from engine.privacy import Reader
from engine.vault import Erased

_GONE: Final = frozenset({"case.unknown", "case.open", "dossier.sealed"})
"""Nothing is left to be done: the case is no more, was reopened meanwhile, or somebody has sealed its dossier."""

_LOG = logging.getLogger(__name__)


class SealOnClosing:
    """Seals the dossier of a case once. Doing it again does nothing; what fails is put off, and given up at last, like
    everything that leaves by the outbox.
    """

    def __init__(self, engine: Engine, dossiers: Dossiers) -> None:
        self._engine = engine
        self._dossiers = dossiers

    def __call__(self, row: str, payload: Mapping[str, Any]) -> None:
        """Do what one row asks for. Raises TemplateFailed, LimitExceeded, Conflict when others were always first."""
        directory = self._engine.directory
        reader = Reader(
            person=SERVICE,
            at=self._engine.clock(),
            index=None if directory is None else directory.index,
            scope=everything(SERVICE),
        )
        case_id = UUID(row.partition("/")[0])
        try:
            self._dossiers.seal(reader, case_id)
        except Erased:
            _LOG.info("the dossier of case %s is not sealed: its keys were destroyed", case_id)
        except (NotFound, Conflict, Refusal) as error:
            if error.code not in _GONE and getattr(error, "rule", "") not in _GONE:
                raise
