"""The instance's own metadata, by the second version of its service."""

import urllib.error
import urllib.request

ADDRESS = "http://169.254.169.254"
TOKEN_SECONDS = 21_600


class Metadata:
    """Asks with a token, and for another one when the service no longer takes it."""

    def __init__(self, address=ADDRESS):
        self._address = address
        self._token = None

    def read(self, path):
        """The text at a path below `meta-data`; None where there is nothing."""
        try:
            return self._read(path)
        except urllib.error.HTTPError as refused:
            if refused.code != 401:
                raise
            self._token = None
            return self._read(path)

    def _read(self, path):
        if self._token is None:
            headers = {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_SECONDS)}
            self._token = self._ask("PUT", "api/token", headers)
        try:
            return self._ask("GET", f"meta-data/{path}", {"X-aws-ec2-metadata-token": self._token})
        except urllib.error.HTTPError as refused:
            if refused.code != 404:
                raise
            return None

    def _ask(self, method, path, headers):
        request = urllib.request.Request(f"{self._address}/latest/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read().decode()
