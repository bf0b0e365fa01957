"""A page with a word and a button, served beside the product: what the browser and the machine take for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

_PAGE: Final = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>空</title>
<link rel="icon" href="data:,"><p id="said">闭环</p><button type="button">按</button><script>
let count = 0
const count_on = () => { document.getElementById('said').textContent = String(++count) }
document.querySelector('button').addEventListener('click', count_on)
addEventListener('keydown', count_on)
</script></html>""".encode()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the library's
        """Nothing is said: the table is what is read."""


@contextmanager
def bare_page() -> Iterator[str]:
    """The address of the page, as long as it is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
