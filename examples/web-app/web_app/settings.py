"""What the fleet tells the application, read from the environment once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from redis import Redis


@dataclass(frozen=True)
class Server:
    """A Redis or Valkey."""

    host: str
    port: int
    password: str | None

    @classmethod
    def read(cls, name: str, environ: Mapping[str, str]) -> "Server":
        """From the variables `<name>_HOST`, `<name>_PORT` and `<name>_PASSWORD`."""
        return cls(environ[f"{name}_HOST"], int(environ[f"{name}_PORT"]), environ.get(f"{name}_PASSWORD"))

    def connect(self) -> "Redis":
        """A client that connects at its first command."""
        return Redis(
            host=self.host,
            port=self.port,
            password=self.password,
            decode_responses=True,
            socket_connect_timeout=5,
            socket_timeout=10,
        )


@dataclass(frozen=True)
class Settings:
    """Sizes are in characters, bytes and tokens; times in seconds."""

    queue: Server
    cache: Server
    queue_name: str
    proxy_url: str
    proxy_key: str
    model: str
    user_header: str
    max_body_bytes: int
    max_prompt_characters: int
    max_tokens: int
    tokens_per_day: int
    cache_seconds: int
    result_seconds: int
    answer_seconds: int
    worker_threads: int
    lost_seconds: int
    host: str
    http_port: int
    metrics_port: int

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Addresses must be there; everything else has a default."""

        def number(name: str, default: int) -> int:
            return int(environ.get(name, default))

        return cls(
            queue=Server.read("QUEUE", environ),
            cache=Server.read("CACHE", environ),
            queue_name=environ.get("QUEUE_NAME", "answers"),
            proxy_url=environ["PROXY_URL"].rstrip("/"),
            proxy_key=environ["PROXY_KEY"],
            model=environ["MODEL"],
            user_header=environ.get("USER_HEADER", "x-user-id"),
            max_body_bytes=number("MAX_BODY_BYTES", 262_144),
            max_prompt_characters=number("MAX_PROMPT_CHARACTERS", 16_000),
            max_tokens=number("MAX_TOKENS", 1024),
            tokens_per_day=number("TOKENS_PER_DAY", 200_000),
            cache_seconds=number("CACHE_SECONDS", 600),
            result_seconds=number("RESULT_SECONDS", 3600),
            answer_seconds=number("ANSWER_SECONDS", 300),
            worker_threads=number("WORKER_THREADS", 8),
            lost_seconds=number("LOST_SECONDS", 60),
            host=environ.get("HOST", "0.0.0.0"),
            http_port=number("HTTP_PORT", 8000),
            metrics_port=number("METRICS_PORT", 9000),
        )
