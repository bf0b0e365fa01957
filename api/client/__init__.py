"""A typed client of the API, for programs and for `bihuan --server`. Needs no server code."""

from api.client.client import Client, Refused, TaskRow

__all__ = ["Client", "Refused", "TaskRow"]
