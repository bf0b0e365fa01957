"""The ceiling: a bare Flask endpoint that checks a body with marshmallow and writes five rows in one commit.

Nothing of Bihuan is in it but the server it runs on, with as many processes and threads.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Flask, request
from marshmallow import fields

METADATA = sa.MetaData()
ROWS = sa.Table(
    "ceiling_rows",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)


class Body(ma.Schema):
    """The five fields of a form."""

    title = fields.String(required=True, validate=ma.validate.Length(max=200))
    place = fields.String(required=True, validate=ma.validate.Length(max=200))
    people = fields.Integer(required=True)
    urgent = fields.Boolean(required=True)
    kind = fields.String(required=True, validate=ma.validate.OneOf(["daily", "emergency"]))


class Written(ma.Schema):
    """What was written."""

    first = fields.Integer()
    rows = fields.Integer()


def application() -> Flask:
    """The application of a worker process."""
    app = Flask("ceiling")
    engine = sa.create_engine(os.environ["CEILING_DATABASE"], pool_size=10)
    body, written = Body(), Written()

    @app.post("/rows")
    def write() -> Any:
        given = body.load(request.get_json())
        content = repr(sorted(given.items())).encode() * 2
        with engine.begin() as connection:
            ids = [
                connection.execute(
                    ROWS.insert().returning(ROWS.c.id), {"kind": given["kind"], "content": content}
                ).scalar_one()
                for _ in range(5)
            ]
        return written.dump({"first": ids[0], "rows": len(ids)})

    return app


def main() -> None:
    """Serve it at the port named first, by so many processes and threads as named then."""
    from granian.constants import Interfaces
    from granian.server import Server

    port, processes, threads = map(int, sys.argv[1:4])
    METADATA.create_all(sa.create_engine(os.environ["CEILING_DATABASE"]))
    Server(
        "bench.load.ceiling:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        backpressure=128,
        websockets=False,
        log_enabled=False,
        factory=True,
    ).serve()


if __name__ == "__main__":
    main()
