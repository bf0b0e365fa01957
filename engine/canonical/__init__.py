"""One value, one sequence of bytes: the form in which values are stored, hashed and compared.

A value has a *wire form*, made of what JSON knows (None, bool, int, str, list, dict). What JSON does not know is
a string with a tag: `@dec:1.5`, `@date:2026-01-02`, `@time:10:00:00`, `@dt:2026-01-02T10:00:00+08:00`,
`@dur:PT1H`, `@ym:P1Y`, `@vault:<entry>:<commitment>`; an ordinary string that begins with `@` gets a second one.
Equal numbers have one wire form (1, 1.0 and 1.00 are `1`). Canonical bytes are the wire form in the JSON
Canonicalization Scheme (RFC 8785); their digest is SHA-256.
"""

from engine.canonical.octets import digest, dumps, loads
from engine.canonical.reading import from_wire
from engine.canonical.values import MAX_DEPTH, MAX_SIZE, VaultRef, Wire
from engine.canonical.writing import to_wire

__all__ = ["MAX_DEPTH", "MAX_SIZE", "VaultRef", "Wire", "digest", "dumps", "from_wire", "loads", "to_wire"]
