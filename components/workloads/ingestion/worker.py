"""Takes documents from a queue, has them converted and embedded, and stores the pieces. Standard library only."""

import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

import s3
from queue_client import Queue

TRIES = 3
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:splitfleet:ingestion")


def pieces(text: str, characters: int, overlap: int) -> list[str]:
    """A text in pieces of at most so many characters, cut between paragraphs where that is possible."""
    normal = "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip())
    found: list[str] = []
    start = 0
    while start < len(normal):
        end = min(start + characters, len(normal))
        if end < len(normal):
            half = start + characters // 2
            cuts = (normal.rfind(separator, half, end) for separator in ("\n\n", " "))
            end = next((cut for cut in cuts if cut > 0), end)
        piece = normal[start:end].strip()
        if piece:
            found.append(piece)
        if end >= len(normal):
            break
        start = max(end - overlap, start + 1)
    return found


def call(url: str, body: bytes, headers: dict[str, str], method: str = "POST") -> Any:
    """One request with JSON for an answer."""
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=600) as response:
        return json.load(response)


def converted(name: str, body: bytes) -> str:
    """The document as Markdown, by docling beside this process."""
    boundary = uuid.uuid4().hex
    form = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="to_formats"\r\n\r\nmd\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{os.path.basename(name)}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    answer = call(
        f"{os.environ['CONVERTER_URL']}/v1/convert/file",
        form + body + f"\r\n--{boundary}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    return answer["document"]["md_content"]


def embedded(texts: list[str], model: str) -> list[list[float]]:
    """A vector for each text, by the proxy."""
    answer = call(
        f"{os.environ['PROXY_URL']}/v1/embeddings",
        json.dumps({"model": model, "input": texts}).encode(),
        {"Authorization": f"Bearer {os.environ['PROXY_KEY']}", "Content-Type": "application/json"},
    )
    return [item["embedding"] for item in sorted(answer["data"], key=lambda item: item["index"])]


class Vectors:
    """One collection of Qdrant."""

    def __init__(self, collection: str) -> None:
        self._url = f"{os.environ['VECTORS_URL']}/collections/{collection}"
        self._headers = {"api-key": os.environ["VECTORS_KEY"], "Content-Type": "application/json"}

    def make(self, dimensions: int) -> None:
        """Makes the collection if it is not there."""
        body = {"vectors": {"size": dimensions, "distance": "Cosine"}}
        try:
            call(self._url, json.dumps(body).encode(), self._headers, "PUT")
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise

    def store(self, document: str, texts: list[str], vectors: list[list[float]], payload: dict) -> None:
        """Stores the pieces of a document, and removes those that an earlier version of it had more."""
        points = [
            {
                "id": str(uuid.uuid5(NAMESPACE, f"{document}#{number}")),
                "vector": vector,
                "payload": {**payload, "document": document, "number": number, "text": text},
            }
            for number, (text, vector) in enumerate(zip(texts, vectors, strict=True))
        ]
        call(f"{self._url}/points?wait=true", json.dumps({"points": points}).encode(), self._headers, "PUT")
        must = [
            {"key": "document", "match": {"value": document}},
            {"key": "number", "range": {"gte": len(texts)}},
        ]
        call(f"{self._url}/points/delete?wait=true", json.dumps({"filter": {"must": must}}).encode(), self._headers)


def ingest(item: dict, settings: dict, vectors: Vectors) -> int:
    """One document from the object store to the vectors; answers the number of its pieces."""
    body = s3.Bucket(settings["bucket"]).get(item["key"])
    if body is None:
        raise LookupError(f"s3://{settings['bucket']}/{item['key']} is not there")
    texts = pieces(converted(item["key"], body), settings["pieceCharacters"], settings["overlapCharacters"])
    found: list[list[float]] = []
    for start in range(0, len(texts), settings["batch"]):
        found += embedded(texts[start : start + settings["batch"]], settings["model"])
    if found:
        vectors.make(len(found[0]))
        vectors.store(item["key"], texts, found, {"subject": item.get("subject", "")})
    return len(texts)


class Worker:
    """Moves an item to a list of its own while it works on it, so that none is lost with a pod."""

    def __init__(self, queue: Queue, settings: dict, name: str) -> None:
        self._queue = queue
        self._settings = settings
        self._list = settings["list"]
        self._mine = f"{self._list}:of:{name}"
        self._alive = f"{self._list}:alive:{name}"
        self.stopped = False

    def reclaim(self) -> int:
        """Puts back what workers that are gone had taken; answers how many items."""
        count = 0
        for mine in self._queue.call("KEYS", f"{self._list}:of:*"):
            if self._queue.call("EXISTS", mine.replace(":of:", ":alive:")) == 0:
                while self._queue.call("LMOVE", mine, self._list, "LEFT", "RIGHT") is not None:
                    count += 1
        return count

    def once(self, wait_seconds: int) -> bool:
        """Works on one item, if one comes in time. What fails three times is put aside."""
        self._queue.call("SET", self._alive, "1", "EX", self._settings["itemSeconds"])
        taken = self._queue.call("BLMOVE", self._list, self._mine, "RIGHT", "LEFT", wait_seconds)
        if taken is None:
            return False
        item = json.loads(taken)
        self._queue.call("SET", self._alive, "1", "EX", self._settings["itemSeconds"])
        started = time.monotonic()
        try:
            count = ingest(item, self._settings, Vectors(self._settings["collection"]))
            print(f"{item['key']}: {count} pieces in {time.monotonic() - started:.1f} s", flush=True)
        except (OSError, LookupError, ValueError) as error:
            tries = item.get("tries", 0) + 1
            target = f"{self._list}:failed" if tries >= TRIES else self._list
            print(f"{item['key']}, try {tries}: {error}", file=sys.stderr, flush=True)
            self._queue.call("LPUSH", target, json.dumps({**item, "tries": tries}))
        self._queue.call("LREM", self._mine, 1, taken)
        return True


def main() -> int:
    """Works until it is told to stop; what it has begun it finishes."""
    settings = json.loads(os.environ["SETTINGS"])
    queue = Queue(os.environ["QUEUE_HOST"], int(os.environ["QUEUE_PORT"]), os.environ["QUEUE_PASSWORD"])
    worker = Worker(queue, settings, socket.gethostname())

    def stop(_signal: int, _frame: object) -> None:
        worker.stopped = True

    signal.signal(signal.SIGTERM, stop)
    worker.reclaim()
    while not worker.stopped:
        if not worker.once(5) and settings.get("endsWhenEmpty", False):
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
