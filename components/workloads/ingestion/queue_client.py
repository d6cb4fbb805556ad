"""Lists in a Valkey or Redis, by its own protocol. Standard library only."""

import socket
from typing import Any


class Queue:
    """One connection."""

    def __init__(self, host: str, port: int, password: str) -> None:
        self._socket = socket.create_connection((host, port), timeout=60)
        self._reader = self._socket.makefile("rb")
        if password:
            self.call("AUTH", password)

    def call(self, *words: str | int) -> Any:
        """One command, and its answer. @raises RuntimeError if the server refuses it"""
        encoded = [str(word).encode() for word in words]
        parts = [f"*{len(encoded)}\r\n".encode()]
        for word in encoded:
            parts += [f"${len(word)}\r\n".encode(), word, b"\r\n"]
        self._socket.sendall(b"".join(parts))
        return self._answer()

    def _answer(self) -> Any:
        line = self._reader.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the queue's server closed the connection")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise RuntimeError(rest)
        if kind == b":":
            return int(rest)
        if kind == b"$":
            length = int(rest)
            return None if length < 0 else self._reader.read(length + 2)[:-2].decode()
        if kind == b"*":
            return None if int(rest) < 0 else [self._answer() for _ in range(int(rest))]
        return rest
