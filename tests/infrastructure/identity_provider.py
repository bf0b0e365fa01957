"""An organisation that people sign in with (OpenID Connect), as a process of its own on loopback: real HTTP, real keys.

Run as a module it prints its port and serves until its standard input ends. It signs anybody in who comes by
`/authorize`; what it then claims, and which of the rules it breaks, is set with `POST /control`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT_ID = "bihuan"
# With a colon and a percent sign, which the header must carry quoted.
CLIENT_SECRET = "s3:cr%et"


class _Provider:
    """What the process knows. `control`: claims to add or replace, and `break`, the rule to break."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.control: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.keys: dict[str, RSAKey | ECKey] = {
            "one": RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        }
        self.stranger = RSAKey.generate_key(2048, {"kid": "one"})
        self.used: list[str] = []

    def document(self) -> dict[str, Any]:
        issuer = "http://127.0.0.1:1" if self.control.get("break") == "issuer-document" else self.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            **self.control.get("document", {}),
        }

    def public_keys(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in self.keys.values()]}

    def authorize(self, asked: dict[str, str]) -> str:
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        if "refuse" in self.control:
            given = {"error": self.control["refuse"], "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            given = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(given)}"

    def token(self, form: dict[str, str], header: str) -> tuple[int, dict[str, Any]]:
        if header:
            client, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
            form |= {"client_id": unquote(client), "client_secret": unquote(secret)}
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        sound = (
            asked is not None
            and (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
            and form["redirect_uri"] == asked["redirect_uri"]
            and challenge.rstrip(b"=").decode() == asked["code_challenge"]
        )
        if not sound or asked is None:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "unused", "token_type": "Bearer", "id_token": self._signed(asked)}

    def _signed(self, asked: dict[str, str]) -> str:
        now = int(self.control.get("now", time.time()))
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": "248289761001",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.control.get("claims", {}),
        }
        broken = self.control.get("break")
        claims.pop(str(broken), None)
        if broken == "signature":
            return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.stranger)
        if broken == "none":
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
            body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
            return f"{head}.{body}."
        if broken == "symmetric":
            # The public key as an HMAC secret: what a verifier that trusts the header's algorithm falls for.
            secret = OctKey.import_key(next(iter(self.keys.values())).as_pem(private=False))
            return jwt.encode({"alg": "HS256", "kid": "one"}, claims, secret)
        if "rotate" in self.control:
            self.keys = {"two": ECKey.generate_key("P-256", {"kid": "two", "use": "sig", "alg": "ES256"})}
            return jwt.encode({"alg": "ES256", "kid": "two"}, claims, self.keys["two"])
        name, key = next(iter(self.keys.items()))
        return jwt.encode({"alg": "RS256" if name == "one" else "ES256", "kid": name}, claims, key)


def _handler(provider: _Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(path.query).items()}
            if path.path == "/.well-known/openid-configuration":
                self._json(200, provider.document())
            elif path.path == "/keys":
                self._json(200, provider.public_keys())
            elif path.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._json(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/control":
                provider.control = json.loads(body)
                self._json(200, {})
            else:
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._json(*provider.token(form, self.headers.get("Authorization", "")))

        def log_message(self, *_: Any) -> None:
            """Nothing."""

        def _json(self, status: int, value: dict[str, Any]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


class IdentityProvider:
    """The process, started and stopped with a `with` block; `issuer` is its address."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.issuer = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def control(self, **control: Any) -> None:
        """Set what it claims from now on: `claims`, `break`, `refuse`, `rotate`, `now` (seconds)."""
        httpx.post(f"{self.issuer}/control", json=control, timeout=10).raise_for_status()

    def authorize(self, url: str) -> str:
        """What a browser sent to `url` is sent back to."""
        answer = httpx.get(url, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


def _serve() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = server.server_address[1]
    server.RequestHandlerClass = _handler(_Provider(f"http://127.0.0.1:{port}"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    _serve()
