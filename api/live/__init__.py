"""Server-sent events: a small asyncio process that tells browsers when their inbox has changed.

It only says that something changed; what it is, a browser then asks the API, where every check is. A browser that
cannot reach it asks for the counts every now and then instead.
"""

from api.live.server import serve

__all__ = ["serve"]
