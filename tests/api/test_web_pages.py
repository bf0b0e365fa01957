"""The built web app: its files, and a page for every address that is none of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import pages


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """An application that serves a built app of two pages."""
    (tmp_path / "index.html").write_text("staff")
    (tmp_path / "request.html").write_text("public")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app-1.js").write_text("1")
    app = Flask(__name__)
    pages.install(app, str(tmp_path))
    return app.test_client()


@pytest.mark.parametrize("path", ["/", "/inbox/todo", "/inbox/todo/0192-ab.12", "/cases/0192-ab"])
def test_every_place_of_the_app_opens_it(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert answer.get_data(as_text=True) == "staff"


@pytest.mark.parametrize("path", ["/request", "/request/status"])
def test_the_public_has_a_page_of_its_own(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert answer.get_data(as_text=True) == "public"


@pytest.mark.parametrize("path", ["/assets/app-2.js", "/logo.svg", "/api/v1/nothing"])
def test_a_file_that_is_not_there_is_no_page(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_files_named_by_their_content_are_kept_the_page_is_not(client: FlaskClient) -> None:
    with client.get("/assets/app-1.js") as script, client.get("/inbox") as page:
        assert "immutable" in script.headers["Cache-Control"]
        assert page.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("taken", "coding", "content"),
    [
        ("gzip, deflate, br", "br", b"brotli"),
        ("gzip", "gzip", b"gzip"),
        ("br;q=0, gzip", "gzip", b"gzip"),
        ("identity", None, b"1"),
    ],
)
def test_a_file_comes_as_it_was_packed_if_the_browser_takes_that(
    client: FlaskClient, tmp_path: Path, taken: str, coding: str | None, content: bytes
) -> None:
    (tmp_path / "assets" / "app-1.js.br").write_bytes(b"brotli")
    (tmp_path / "assets" / "app-1.js.gz").write_bytes(b"gzip")
    with client.get("/assets/app-1.js", headers={"Accept-Encoding": taken}) as answer:
        assert answer.data == content
        assert answer.headers.get("Content-Encoding") == coding
        assert answer.mimetype == "text/javascript"
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Accept-Encoding" in answer.vary


def test_a_file_that_is_not_packed_comes_as_it_is(client: FlaskClient) -> None:
    with client.get("/assets/app-1.js", headers={"Accept-Encoding": "br"}) as answer:
        assert answer.data == b"1"
        assert "Content-Encoding" not in answer.headers
