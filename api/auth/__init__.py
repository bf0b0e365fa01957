"""Who calls, and what they may.

For resources: mark every method with `requires("tasks:act")`, `requires()` (anybody signed in) or `public`; an
endpoint without a mark answers 403, and a test names it. Inside, `current()` is the caller: `current().actor` and
`current().on_behalf_of` go to the engine's commands, `current().person` is who sees. Scopes are in
`engine.accounts.scopes`.

For the application: `install(app, …)` adds the checks before each request, the endpoints under `/auth` and the
security headers. What it raises are `HttpRefusal`s: errors of the engine's kind that know their `status` and
`headers`, for `api.problems` to write.
"""

from api.auth.access import access_of, public, requires
from api.auth.caller import Caller, current, signed_in
from api.auth.refusals import Forbidden, HttpRefusal, TooManyRequests, Unauthenticated

__all__ = [
    "Caller",
    "Forbidden",
    "HttpRefusal",
    "TooManyRequests",
    "Unauthenticated",
    "access_of",
    "current",
    "public",
    "requires",
    "signed_in",
]
