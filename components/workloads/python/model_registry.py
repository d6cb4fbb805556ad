"""MLflow's registry of models over its REST interface. Standard library only."""

import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

CHAMPION = "champion"
CANDIDATE = "candidate"


@dataclass(frozen=True)
class Version:
    """A version of a model."""

    number: str
    source: str
    tags: dict[str, str]


class ModelRegistry:
    """The registry at MLFLOW_TRACKING_URI, as the user MLFLOW_TRACKING_USERNAME."""

    def __init__(self, environ: "os._Environ[str] | dict[str, str]" = os.environ) -> None:
        self._url = environ["MLFLOW_TRACKING_URI"].rstrip("/")
        login = f"{environ['MLFLOW_TRACKING_USERNAME']}:{environ['MLFLOW_TRACKING_PASSWORD']}"
        self._authorization = "Basic " + base64.b64encode(login.encode()).decode()

    def _call(self, method: str, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        url = f"{self._url}/api/2.0/mlflow/{path}"
        body = None
        if method == "GET":
            url += "?" + urllib.parse.urlencode(fields)
        else:
            body = json.dumps(fields).encode()
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def create_model(self, model: str) -> None:
        """Makes the model known; nothing happens if it is."""
        try:
            self._call("POST", "registered-models/create", {"name": model})
        except urllib.error.HTTPError as error:
            if json.load(error).get("error_code") != "RESOURCE_ALREADY_EXISTS":
                raise

    def create_version(self, model: str, source: str, tags: dict[str, str]) -> str:
        """Registers a new version whose files are at `source`, and answers its number."""
        fields = {"name": model, "source": source, "tags": [{"key": key, "value": tags[key]} for key in tags]}
        return str(self._call("POST", "model-versions/create", fields)["model_version"]["version"])

    def by_alias(self, model: str, alias: str) -> Version | None:
        """The version that bears the alias, or None."""
        try:
            answer = self._call("GET", "registered-models/alias", {"name": model, "alias": alias})
        except urllib.error.HTTPError as error:
            if error.code in (400, 404) and json.load(error).get("error_code") in MISSING:
                return None
            raise
        found = answer["model_version"]
        return Version(
            str(found["version"]),
            found.get("source", ""),
            {tag["key"]: tag["value"] for tag in found.get("tags", [])},
        )

    def set_alias(self, model: str, alias: str, version: str) -> None:
        """Gives the alias to a version; whichever bore it loses it."""
        self._call("POST", "registered-models/alias", {"name": model, "alias": alias, "version": version})

    def delete_alias(self, model: str, alias: str) -> None:
        """Takes the alias away."""
        self._call("DELETE", "registered-models/alias", {"name": model, "alias": alias})

    def set_tag(self, model: str, version: str, key: str, value: str) -> None:
        """Writes a tag of a version."""
        self._call("POST", "model-versions/set-tag", {"name": model, "version": version, "key": key, "value": value})


MISSING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
