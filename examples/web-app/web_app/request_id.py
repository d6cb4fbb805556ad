"""One id follows a request through every hop: response, queue item, log lines, traces and the model proxy."""

import re
from contextvars import ContextVar
from uuid import uuid4

from opentelemetry import trace
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-request-id"

current: ContextVar[str] = ContextVar("request_id", default="")

_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")


def adopt(request_id: str) -> None:
    """Makes it the id of everything that follows in this context."""
    current.set(request_id)
    trace.get_current_span().set_attribute("request.id", request_id)


class RequestIdMiddleware:
    """Takes the caller's id, or makes one where there is none that a log line could bear."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _ACCEPTED.fullmatch(given) else str(uuid4())
        adopt(request_id)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, answer)
