"""Objects in an S3 service, with requests signed by AWS's version 4. Standard library only."""

import datetime
import hashlib
import hmac
import os
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree
from dataclasses import dataclass
from typing import Iterator

EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Keys:
    """Who signs."""

    access: str
    secret: str
    region: str


def authorization(
    keys: Keys, method: str, url: str, headers: dict[str, str], payload_hash: str, now: datetime.datetime
) -> dict[str, str]:
    """Headers that sign a request: those given, and the date, the hash of the body and the signature."""
    parsed = urllib.parse.urlsplit(url)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    signed = {
        **{name.lower(): value.strip() for name, value in headers.items()},
        "host": parsed.netloc,
        "x-amz-content-sha256": payload_hash,
        "x-amz-date": stamp,
    }
    names = ";".join(sorted(signed))
    query = urllib.parse.urlencode(
        sorted(urllib.parse.parse_qsl(parsed.query, keep_blank_values=True)), quote_via=urllib.parse.quote, safe="-_.~"
    )
    lines = [f"{name}:{signed[name]}" for name in sorted(signed)]
    canonical = "\n".join([method, parsed.path or "/", query, *lines, "", names, payload_hash])
    scope = f"{stamp[:8]}/{keys.region}/s3/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{keys.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    value = f"AWS4-HMAC-SHA256 Credential={keys.access}/{scope},SignedHeaders={names},Signature={signature}"
    return {**{name: value for name, value in signed.items() if name != "host"}, "authorization": value}


class Bucket:
    """One bucket, by the settings that AWS's own libraries read from the environment."""

    def __init__(self, name: str, environ: "os._Environ[str] | dict[str, str]" = os.environ) -> None:
        self._url = f"{environ['AWS_ENDPOINT_URL'].rstrip('/')}/{name}"
        self._keys = Keys(
            environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], environ.get("AWS_REGION", "us-east-1")
        )

    def _request(
        self, method: str, key: str, body: bytes | None = None, query: dict[str, str] | None = None
    ) -> bytes:
        url = f"{self._url}/{urllib.parse.quote(key, safe='/-_.~')}"
        if query:
            url += "?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote, safe="-_.~")
        payload_hash = EMPTY if body is None else hashlib.sha256(body).hexdigest()
        now = datetime.datetime.now(datetime.timezone.utc)
        headers = authorization(self._keys, method, url, {}, payload_hash, now)
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=300) as response:
            return response.read()

    def get(self, key: str) -> bytes | None:
        """The object, or None if there is none."""
        try:
            return self._request("GET", key)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def put(self, key: str, body: bytes) -> None:
        """Writes the object: readers see the old one or the new one, never a part."""
        self._request("PUT", key, body)

    def delete(self, key: str) -> None:
        """Removes the object; nothing happens if there is none."""
        self._request("DELETE", key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Names of the objects that begin so, in the order of the alphabet."""
        token: str | None = None
        while True:
            query = {"list-type": "2", "prefix": prefix, **({} if token is None else {"continuation-token": token})}
            tree = xml.etree.ElementTree.fromstring(self._request("GET", "", query=query))
            yield from (element.text or "" for element in tree.iterfind("{*}Contents/{*}Key"))
            token = tree.findtext("{*}NextContinuationToken")
            if tree.findtext("{*}IsTruncated") != "true" or token is None:
                return
