"""The gate: makes a candidate the champion if it is good enough, and refuses a worse one. Standard library only."""

import datetime
import json
import os
import sys

import s3
import telemetry
from model_registry import CANDIDATE, CHAMPION, ModelRegistry, Version


def refusal(candidate: Version, champion: Version | None, minimum_score: float, minimum_gain: float) -> str | None:
    """Why the candidate may not become champion; None if it may."""
    score = candidate.tags.get("evaluation.score")
    if score is None:
        return f"version {candidate.number} has not been evaluated"
    if float(score) < minimum_score:
        return f"version {candidate.number} scored {score}, below the least allowed {minimum_score}"
    if champion is None:
        return None
    other = champion.tags.get("evaluation.score")
    if other is None or champion.tags.get("evaluation.data") != candidate.tags.get("evaluation.data"):
        return f"the champion, version {champion.number}, has not been evaluated on the same cases"
    if float(score) < float(other) + minimum_gain:
        return f"version {candidate.number} scored {score}, the champion {other}; it must gain {minimum_gain}"
    return None


def gate(registry: ModelRegistry, settings: dict, now: datetime.datetime | None = None) -> int:
    """Decides, and keeps the decision. Exit status 0 whatever it decided: a refusal is no failure of the run."""
    model = settings["model"]
    candidate = registry.by_alias(model, CANDIDATE)
    champion = registry.by_alias(model, CHAMPION)
    if candidate is None:
        print(f"{model} has no candidate")
        return 0
    if champion is not None and champion.number == candidate.number:
        print(f"version {candidate.number} of {model} is the champion already")
        return 0
    reason = refusal(candidate, champion, settings["minimumScore"], settings["minimumGain"])
    at = (now or datetime.datetime.now(datetime.timezone.utc)).strftime("%Y-%m-%dT%H:%M:%SZ")
    decision = {
        "at": at,
        "candidate": candidate.number,
        "champion": None if champion is None else champion.number,
        "promoted": reason is None,
        "reason": reason,
    }
    # Before the alias moves: there is never a champion whose coming nobody can look up.
    history = f"promotions/{model}/{at}-version-{candidate.number}.json"
    s3.Bucket(settings["bucket"]).put(history, json.dumps(decision, indent=1).encode())
    if reason is None:
        registry.set_tag(model, candidate.number, "promoted_at", at)
        registry.set_alias(model, CHAMPION, candidate.number)
        if champion is not None:
            registry.set_tag(model, champion.number, "replaced_at", at)
            registry.set_tag(model, champion.number, "replaced_by", candidate.number)
    else:
        registry.set_tag(model, candidate.number, "refused", reason)
    registry.delete_alias(model, CANDIDATE)
    telemetry.report({"evaluation_promoted": float(reason is None)}, {"model": model})
    print(f"version {candidate.number} of {model} " + ("is the champion" if reason is None else f"refused: {reason}"))
    return 0


if __name__ == "__main__":
    sys.exit(gate(ModelRegistry(), json.loads(os.environ["SETTINGS"])))
