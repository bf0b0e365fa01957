"""The built web app: its files, and its page for every address that is no file of it."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path
from typing import Final

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.routing import PathConverter

from api.auth import public
from engine.cli.shipped import shipped

PAGE: Final = "index.html"
PUBLIC: Final = "request"
PUBLIC_PAGE: Final = f"{PUBLIC}.html"
"""The page of the public: below `/request`."""

ENDPOINT: Final = "page"
_FILE: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]*$")
"""Ends as files do. The ids of tasks have a point as well, before a number."""
_PACKED: Final = {"br": ".br", "gzip": ".gz"}
"""How the build leaves files beside their plain ones, the smaller first (`web/packed.ts`)."""
_FOREVER: Final = "public, max-age=31536000, immutable"


class PageConverter(PathConverter):
    """Every address but those of the API, which answers for itself what it does not know."""

    regex = r"(?!api(?:/|$))[^/].*?"


def install(app: Flask, folder: str) -> None:
    """Serve the built app. folder: where it is; empty: `web/dist` where it came along, else nothing is served."""
    found = Path(folder) if folder else shipped("web/dist")
    if found is None or not (found / PAGE).is_file():
        return
    root = found.resolve()
    app.url_map.converters["page"] = PageConverter

    @app.get("/", defaults={"path": ""}, endpoint=ENDPOINT)
    @app.get("/<page:path>", endpoint=ENDPOINT)
    @public
    def page(path: str) -> Response:
        if path and (root / path).is_file():
            response = _file(root, path)
            # Names below assets hold a digest of the content; everything else may change under its name.
            response.headers["Cache-Control"] = _FOREVER if path.startswith("assets/") else "no-cache"
            return response
        if _FILE.search(path):
            raise NotFound
        # What the public uses is a small page of its own, not the app of the staff.
        response = send_from_directory(root, PUBLIC_PAGE if _is_public(path, root) else PAGE)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _file(root: Path, path: str) -> Response:
    """A file, as the build has packed it where the browser takes that: nothing is packed at each request."""
    packed = next(
        (
            (coding, ending)
            for coding, ending in _PACKED.items()
            if request.accept_encodings.quality(coding) > 0 and (root / (path + ending)).is_file()
        ),
        None,
    )
    if packed is None:
        response = send_from_directory(root, path)
    else:
        coding, ending = packed
        kind, _ = mimetypes.guess_type(path)
        response = send_from_directory(root, path + ending, mimetype=kind)
        response.content_encoding = coding
    response.vary.add("Accept-Encoding")
    return response


def _is_public(path: str, root: Path) -> bool:
    return path.partition("/")[0] == PUBLIC and (root / PUBLIC_PAGE).is_file()
