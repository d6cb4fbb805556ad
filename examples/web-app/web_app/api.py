"""The HTTP interface: it takes questions, refuses those that are too large, and tells what became of them."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import APIKeyHeader
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from prometheus_client import Counter, Histogram
from pydantic import BaseModel, Field
from redis.exceptions import RedisError

from .answers import Answer, Answers, Question, Status
from .body_limit import BodyLimitMiddleware
from .jobs import Jobs
from .request_id import RequestIdMiddleware
from .settings import Settings

log = logging.getLogger(__name__)

REQUESTS = Counter("web_app_requests_total", "Requests", ["method", "route", "status"])
SECONDS = Histogram("web_app_request_seconds", "Time to the response", ["route"])
LOOKUPS = Counter("web_app_cache_lookups_total", "Questions looked for in the cache", ["found"])


class AnswerRequest(BaseModel):
    """A question to a model."""

    prompt: str = Field(min_length=1)
    max_tokens: int | None = Field(default=None, ge=1, description="Longest answer; the service's limit unless given.")


class AnswerView(BaseModel):
    """What became of a question."""

    id: str
    status: Status
    text: str | None = Field(default=None, description="There once the status is `done`.")


class Health(BaseModel):
    """Of this process."""

    status: str


def create_app(settings: Settings, answers: Answers, jobs: Jobs) -> FastAPI:
    app = FastAPI(title="Answers", version="1.0.0", docs_url=None, redoc_url=None)
    app.add_middleware(BodyLimitMiddleware, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestIdMiddleware)
    identified = APIKeyHeader(name=settings.user_header, description="Set by the edge, which has checked who it is.")
    User = Annotated[str, Depends(identified)]

    @app.middleware("http")
    async def measure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        started = time.monotonic()
        response = await call_next(request)
        route = getattr(request.scope.get("route"), "path", "none")
        REQUESTS.labels(request.method, route, response.status_code).inc()
        SECONDS.labels(route).observe(time.monotonic() - started)
        return response

    @app.get("/healthz")
    def health() -> Health:
        """The process answers."""
        return Health(status="ok")

    @app.get("/readyz", responses={503: {"description": "The queue does not answer"}})
    def ready() -> Health:
        """It can take questions."""
        try:
            answers.queue.ping()
        except RedisError as error:
            log.warning("the queue does not answer: %s", error)
            raise HTTPException(503, "the queue does not answer") from error
        return Health(status="ok")

    @app.post(
        "/v1/answers",
        status_code=202,
        responses={
            200: {"model": AnswerView, "description": "Answered from the cache"},
            413: {"description": "The prompt or the body is too large"},
            422: {"description": "The body is not as described, or `max_tokens` is above the service's limit"},
            429: {"description": "The user has spent the day's tokens, or asks too often"},
        },
    )
    def ask(body: AnswerRequest, user: User, response: Response) -> AnswerView:
        """Takes a question. The answer is fetched later by its id, unless the cache has it."""
        max_tokens = settings.max_tokens if body.max_tokens is None else body.max_tokens
        if len(body.prompt) > settings.max_prompt_characters:
            raise HTTPException(413, f"a prompt has at most {settings.max_prompt_characters} characters")
        if max_tokens > settings.max_tokens:
            raise HTTPException(422, f"max_tokens is at most {settings.max_tokens}")
        question = Question(body.prompt, settings.model, max_tokens)
        cached = answers.cached(question)
        LOOKUPS.labels(str(cached is not None).lower()).inc()
        response.headers["x-cache"] = "miss" if cached is None else "hit"
        if cached is not None:
            response.status_code = 200
            return AnswerView(id=str(uuid4()), status="done", text=cached)
        left = answers.reserve(user, max_tokens)
        if left < 0:
            raise HTTPException(429, "the day's tokens are spent", {"x-tokens-left": "0"})
        response.headers["x-tokens-left"] = str(left)
        answer = Answer(str(uuid4()), user, "waiting")
        jobs.enqueue(answer, question)
        log.info("queued %s", answer.id)
        return AnswerView(id=answer.id, status=answer.status)

    @app.get("/v1/answers/{answer_id}", responses={404: {"description": "There is none, or it is another user's"}})
    def read(answer_id: str, user: User) -> AnswerView:
        """What became of a question."""
        found = answers.find(answer_id)
        if found is None or found.user != user:
            raise HTTPException(404, "there is no such answer")
        return AnswerView(id=found.id, status=found.status, text=found.text)

    FastAPIInstrumentor.instrument_app(app, excluded_urls="healthz,readyz")
    return app
