"""The queue's work. An item is given out again if its worker dies: asking twice does no harm."""

import logging
import time
from typing import Any

import dramatiq
import httpx
from dramatiq.brokers.redis import RedisBroker
from opentelemetry import propagate, trace
from prometheus_client import Counter, Histogram

from . import request_id
from .answers import Answer, Answers, Question
from .settings import Settings

log = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

ANSWERED = Counter("web_app_answers_total", "Questions that a worker has finished", ["outcome"])
SECONDS = Histogram("web_app_answer_seconds", "Time that the model proxy took", buckets=(0.5, 1, 2, 5, 10, 30, 60, 300))


class Jobs:
    """Puts questions on the queue, and answers them in a worker."""

    def __init__(self, settings: Settings, answers: Answers) -> None:
        self._settings = settings
        self._answers = answers
        self._proxy = httpx.Client(
            base_url=settings.proxy_url,
            headers={"authorization": f"Bearer {settings.proxy_key}"},
            timeout=settings.answer_seconds,
        )
        self.broker = RedisBroker(
            host=settings.queue.host,
            port=settings.queue.port,
            password=settings.queue.password,
            heartbeat_timeout=settings.lost_seconds * 1000,
            # In parts of a million: at each command it looks for items of workers that have died.
            maintenance_chance=1_000_000,
        )
        self._ask = self._actor(self._answer, "answer", on_retry_exhausted="give_up", max_retries=5)
        self._actor(self._give_up, "give_up", max_retries=0)

    def _actor(self, function: Any, name: str, **options: Any) -> "dramatiq.Actor[Any, Any]":
        limit_ms = (self._settings.answer_seconds + 30) * 1000
        return dramatiq.Actor(
            function,
            broker=self.broker,
            actor_name=name,
            queue_name=self._settings.queue_name,
            priority=0,
            options={"time_limit": limit_ms, **options},
        )

    def enqueue(self, answer: Answer, question: Question) -> None:
        """The item names the request and its trace, so that the worker goes on with both."""
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        self._answers.save(answer)
        self._ask.send(
            answer_id=answer.id,
            user=answer.user,
            request_id=request_id.current.get(),
            trace=carrier,
            prompt=question.prompt,
            model=question.model,
            max_tokens=question.max_tokens,
        )

    @property
    def waiting(self) -> int:
        """Items that no worker has taken yet."""
        return int(self._answers.queue.llen(f"dramatiq:{self._settings.queue_name}"))

    def _answer(self, *, answer_id: str, user: str, trace: dict[str, str], **item: Any) -> None:
        with tracer.start_as_current_span("answer", context=propagate.extract(trace)):
            request_id.adopt(item["request_id"])
            found = self._answers.find(answer_id)
            if found is None or found.status != "waiting":
                log.info("item %s is finished or has expired", answer_id)
                return
            started = time.monotonic()
            question = Question(item["prompt"], item["model"], item["max_tokens"])
            text, tokens = self._complete(question, user)
            SECONDS.observe(time.monotonic() - started)
            self._answers.save(Answer(answer_id, user, "done", text))
            self._answers.remember(question, text)
            self._answers.settle(user, question.max_tokens - tokens)
            ANSWERED.labels("done").inc()
            log.info("answered %s", answer_id)

    def _complete(self, question: Question, user: str) -> tuple[str, int]:
        """Text, and the tokens that it is counted as."""
        response = self._proxy.post(
            "/v1/chat/completions",
            headers={request_id.HEADER: request_id.current.get()},
            json={
                "model": question.model,
                "max_tokens": question.max_tokens,
                "messages": [{"role": "user", "content": question.prompt}],
                "user": user,
            },
        )
        response.raise_for_status()
        body = response.json()
        return str(body["choices"][0]["message"]["content"]), int(body["usage"]["completion_tokens"])

    def _give_up(self, message: dict[str, Any], _retries: dict[str, Any]) -> None:
        """After the last try."""
        item = message["kwargs"]
        request_id.adopt(item["request_id"])
        self._answers.save(Answer(item["answer_id"], item["user"], "failed"))
        self._answers.settle(item["user"], item["max_tokens"])
        ANSWERED.labels("failed").inc()
        log.error("gave up on %s", item["answer_id"])
