"""The process in which documents are set: started for one batch, bounded by the system, gone afterwards.

It reads one JSON object from standard input and writes one JSON line for each of its jobs. It imports nothing of ours,
so that it starts fast, and is started with an empty folder as its root and without a way to the network.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
from typing import Any

import typst


def _bound(name: int, value: int) -> None:
    """Set a limit, never above the one that holds already."""
    hard = resource.getrlimit(name)[1]
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(name, (bound, bound))


def _set(order: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """Set one document."""
    files = {name: base64.b64decode(content) for name, content in job["files"].items()}
    main = {"main.typ": files.pop("main.typ"), **files}
    try:
        made: Any = typst.compile(
            main,
            root=order["root"],
            font_paths=order["fonts"],
            ignore_system_fonts=True,
            package_path=order["root"],
            package_cache_path=order["root"],
            format=job["format"],
            timestamp=job["timestamp"],
            ppi=job["ppi"],
        )
    except typst.TypstError as error:
        return {"error": str(error.message), "told": str(error.diagnostic)}
    pages = made if isinstance(made, list) else [made]
    return {"pages": [base64.b64encode(page).decode() for page in pages]}


def main() -> None:
    """Work off the batch."""
    order = json.load(sys.stdin)
    _bound(resource.RLIMIT_AS, order["memory"])
    _bound(resource.RLIMIT_CPU, order["seconds"])
    _bound(resource.RLIMIT_FSIZE, 0)
    _bound(resource.RLIMIT_CORE, 0)
    for job in order["jobs"]:
        sys.stdout.write(json.dumps(_set(order, job)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
