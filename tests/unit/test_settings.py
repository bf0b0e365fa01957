"""Settings of an installation: defaults, file, environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InvalidInput
from engine.settings import ServiceSettings


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "bihuan.toml"
    file.write_text('port = 9000\nhost = "0.0.0.0"\nallowed_hosts = ["a.example"]\n')
    found = ServiceSettings.read({"BIHUAN_SETTINGS": str(file), "BIHUAN_PORT": "9001"})
    assert (found.port, found.host, found.allowed_hosts) == (9001, "0.0.0.0", ("a.example",))
    assert found.processes == ServiceSettings().processes


def test_what_is_wrong_is_named_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "bihuan.toml"
    file.write_text("colour = 1\nlog_requests = 7\n")
    with pytest.raises(InvalidInput) as refused:
        ServiceSettings.read({"BIHUAN_PORT": "x"}, file)
    assert set(refused.value.fields) == {"colour", "log_requests", "port"}


def test_a_process_started_with_its_environment_has_the_same_settings() -> None:
    settings = ServiceSettings(port=9, allowed_hosts=("a", "b"), log_requests=False, zone="UTC")
    assert ServiceSettings.read(settings.environment()) == settings
