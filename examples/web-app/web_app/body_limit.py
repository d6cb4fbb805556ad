"""Refuses a body before it is read."""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class BodyLimitMiddleware:
    """A body must state its length, and be no longer than the limit."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers:
            await refusal(411, "state the body's length")(scope, receive, send)
        elif not length.isdecimal() or int(length) > self._max_bytes:
            await refusal(413, f"a body has at most {self._max_bytes} bytes")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def refusal(status: int, detail: str) -> JSONResponse:
    """In the form of FastAPI's own errors."""
    return JSONResponse({"detail": detail}, status)
