"""Asks the candidate and the champion every case of a versioned set, and keeps the results. Standard library only."""

import hashlib
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import promote
import s3
import telemetry
from model_registry import CANDIDATE, CHAMPION, ModelRegistry, Version

TRIES = 3


@dataclass(frozen=True)
class Outcome:
    """What became of one case; without an answer it has failed."""

    case: str
    passed: bool
    answered: bool


def passes(case: dict, answer: str) -> bool:
    """Whether an answer is right, by the case's own check."""
    expected = case["expected"]
    match case["check"]:
        case "exact":
            return answer.strip() == expected
        case "contains":
            return expected.lower() in answer.lower()
        case "pattern":
            return re.search(expected, answer) is not None
        case "json":
            try:
                return json.loads(answer) == expected
            except ValueError:
                return False
    raise SystemExit(f"case {case['id']} has the check {case['check']}, expected exact, contains, pattern or json")


def ask(model: str, case: dict, timeout_seconds: float) -> str | None:
    """The model's answer, by the proxy; None if there was none in three tries."""
    body = {"model": model, "messages": case["messages"], "temperature": 0, "max_tokens": case.get("tokens", 512)}
    request = urllib.request.Request(
        f"{os.environ['PROXY_URL']}/v1/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {os.environ['PROXY_KEY']}", "Content-Type": "application/json"},
    )
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(request, timeout=timeout_seconds) as response:
                return json.load(response)["choices"][0]["message"]["content"] or ""
        except (urllib.error.URLError, TimeoutError) as error:
            print(f"case {case['id']}, try {attempt + 1}: {error}", file=sys.stderr)
            time.sleep(float(os.environ.get("RETRY_SECONDS", "2")) * attempt)
    return None


def outcomes(model: str, cases: list[dict], settings: dict) -> list[Outcome]:
    """Every case's outcome, in the order of the set."""

    def one(case: dict) -> Outcome:
        answer = ask(model, case, settings["timeoutSeconds"])
        return Outcome(case["id"], answer is not None and passes(case, answer), answer is not None)

    with ThreadPoolExecutor(settings["parallel"]) as pool:
        return list(pool.map(one, cases))


def read_cases(settings: dict) -> tuple[list[dict], str]:
    """The cases and the checksum of their file, if it is the one that is meant and has enough of them."""
    where = settings["data"]
    body = s3.Bucket(where["bucket"]).get(where["key"])
    if body is None:
        raise SystemExit(f"no cases at s3://{where['bucket']}/{where['key']}: put them there, or correct `data`")
    sha256 = hashlib.sha256(body).hexdigest()
    if where.get("sha256", sha256) != sha256:
        raise SystemExit(f"the cases have the checksum {sha256}, expected {where['sha256']}: correct one of them")
    cases = [json.loads(line) for line in body.decode().splitlines() if line.strip()]
    if len(cases) < settings["cases"]:
        raise SystemExit(f"{len(cases)} cases, expected at least {settings['cases']}: add some, or lower `cases`")
    return cases, sha256


def evaluate(registry: ModelRegistry, settings: dict, alias: str, version: Version) -> dict:
    """Evaluates one version, keeps the result beside the others in the store, and its score on the version."""
    cases, sha256 = read_cases(settings)
    served = version.source.rstrip("/").rsplit("/", 1)[-1]
    results = outcomes(served, cases, settings)
    unanswered = sum(not outcome.answered for outcome in results)
    if unanswered > settings["unansweredShare"] * len(results):
        raise SystemExit(f"{served} did not answer {unanswered} of {len(results)} cases: nothing can be said of it")
    result = {
        "model": settings["model"],
        "version": version.number,
        "alias": alias,
        "data": sha256,
        "cases": len(results),
        "unanswered": unanswered,
        "score": sum(outcome.passed for outcome in results) / len(results),
        "failed": [outcome.case for outcome in results if not outcome.passed],
    }
    name = f"evaluations/{settings['model']}/version-{version.number}-{sha256[:12]}.json"
    s3.Bucket(settings["bucket"]).put(name, json.dumps(result, indent=1).encode())
    for key in ("score", "cases", "data"):
        registry.set_tag(settings["model"], version.number, f"evaluation.{key}", str(result[key]))
    print(f"{alias} version {version.number}: {result['score']:.4f} of {len(results)} cases")
    return result


def main() -> int:
    """Evaluates both, reports their scores, and lets the gate decide."""
    settings = json.loads(os.environ["SETTINGS"])
    registry = ModelRegistry()
    versions = {alias: registry.by_alias(settings["model"], alias) for alias in (CHAMPION, CANDIDATE)}
    if not any(versions.values()):
        print(f"the registry has neither a champion nor a candidate of {settings['model']}: nothing to evaluate")
        return 0
    for alias, version in versions.items():
        if version is None:
            continue
        result = evaluate(registry, settings, alias, version)
        telemetry.report(
            {
                "evaluation_score": result["score"],
                "evaluation_cases": result["cases"],
                "evaluation_unanswered_cases": result["unanswered"],
            },
            {"model": settings["model"], "alias": alias},
        )
    return promote.gate(registry, settings) if settings["promotes"] and versions[CANDIDATE] is not None else 0


if __name__ == "__main__":
    sys.exit(main())
