"""Packs what browsers load: pages as they are made, static files once for each process.

The server itself packs nothing, and a plant's network may have no proxy in front that would. Why
pages may be packed although they hold a token: docs/decisions/0003-server.md.
"""

import gzip
from functools import lru_cache

from flask import Response, request

PACKED_TYPES = {
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "image/svg+xml",
}
# A smaller answer fits one packet as it is.
LEAST_BYTES = 1024
PAGE_LEVEL = 5
FILE_LEVEL = 9


@lru_cache(maxsize=256)
def _packed_file(data: bytes) -> bytes:
    return gzip.compress(data, FILE_LEVEL, mtime=0)


def pack(response: Response) -> Response:
    """Compress a whole answer of text for a browser that takes it so, all others unchanged."""
    if response.mimetype not in PACKED_TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if not _may_pack(response):
        return response
    if request.endpoint == "static":
        packed = _packed_file(_file_of(response))
        response.headers.pop("Accept-Ranges", None)
        tag, _is_weak = response.get_etag()
        if tag:
            response.set_etag(tag, weak=True)
    else:
        packed = gzip.compress(response.get_data(), PAGE_LEVEL, mtime=0)
    response.set_data(packed)
    response.headers["Content-Encoding"] = "gzip"
    return response


def _may_pack(response: Response) -> bool:
    return (
        response.status_code == 200
        and request.method != "HEAD"
        and "Content-Encoding" not in response.headers
        and (response.content_length or LEAST_BYTES) >= LEAST_BYTES
        and (not response.is_streamed or request.endpoint == "static")
        and request.accept_encodings["gzip"] > 0
    )


def _file_of(response: Response) -> bytes:
    """The bytes of a file that Flask would have handed to the server as it is."""
    body = response.response
    response.direct_passthrough = False
    data = response.get_data()
    close = getattr(body, "close", None)
    if close is not None:
        close()
    return data
