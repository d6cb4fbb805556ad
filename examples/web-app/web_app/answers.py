"""Questions and what became of them, kept beside the queue until they expire."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from redis import Redis

from .settings import Settings

Status = Literal["waiting", "done", "failed"]
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Question:
    """What a model is asked."""

    prompt: str
    model: str
    max_tokens: int

    @property
    def key(self) -> str:
        """The same for the very same question, whoever asks."""
        text = json.dumps(asdict(self), sort_keys=True)
        return f"cache:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True)
class Answer:
    """A user's question by its id, and the text once there is one."""

    id: str
    user: str
    status: Status
    text: str | None = None


class Answers:
    """Answers by id and users' tokens beside the queue, where nothing is evicted; texts by question in the cache."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.queue: Redis = settings.queue.connect()
        self._cache: Redis = settings.cache.connect()

    def save(self, answer: Answer) -> None:
        """Replaces what is known of it."""
        self.queue.set(f"answer:{answer.id}", json.dumps(asdict(answer)), ex=self._settings.result_seconds)

    def find(self, answer_id: str) -> Answer | None:
        """None if it never was or has expired."""
        found = self.queue.get(f"answer:{answer_id}")
        return None if found is None else Answer(**json.loads(str(found)))

    def cached(self, question: Question) -> str | None:
        """The text that the very same question was answered with of late."""
        if self._settings.cache_seconds == 0:
            return None
        found = self._cache.get(question.key)
        return None if found is None else str(found)

    def remember(self, question: Question, text: str) -> None:
        """For the next who asks the same."""
        if self._settings.cache_seconds > 0:
            self._cache.set(question.key, text, ex=self._settings.cache_seconds)

    def reserve(self, user: str, tokens: int) -> int:
        """Counts tokens against the user's day before they are spent. Returns what is left: below 0, none was taken."""
        key = _tokens_key(user)
        with self.queue.pipeline() as pipeline:
            pipeline.incrby(key, tokens)
            pipeline.expire(key, 2 * _DAY_SECONDS)
            spent, _ = pipeline.execute()
        left = self._settings.tokens_per_day - int(spent)
        if left < 0:
            self.queue.decrby(key, tokens)
        return left

    def settle(self, user: str, unused: int) -> None:
        """Gives back what was reserved and not spent."""
        self.queue.decrby(_tokens_key(user), unused)


def _tokens_key(user: str) -> str:
    return f"tokens:{datetime.now(UTC):%Y-%m-%d}:{user}"
