"""Judge the assistant on the frozen questions, beside plain full-text search, and keep the evidence."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256

from pydantic import TypeAdapter

from .._platform.chat.prompts import register_prompt
from .._platform.judged_models import NotJudgedError
from ..adapters.follow_ups import read_follow_ups
from ..adapters.standing import Standing
from ..bootstrap import Parts
from ..services.answering import Manner
from ..services.evaluation import Judged, Judgement, Progress, conclude, judge
from ..services.following import Followed, judge_follow_ups

KEPT = TypeAdapter(list[Judged])
FILE = "evaluation.json"
PROMPT = "answer"


@dataclass(frozen=True)
class Evaluated:
    """The evidence, question by question, and what is concluded from it."""

    judged: tuple[Judged, ...]
    judgement: Judgement
    run_id: str
    followed: Followed | None = None


def evaluate(parts: Parts, progress: Progress) -> Evaluated | None:
    """Ask all questions; None when there are none yet."""
    if not parts.questions.exists():
        return None
    cases, settings = parts.questions.read(), parts.settings
    section = settings.answering
    manner = Manner(0.0, section.looked_at, section.considered, section.cited)
    judged = judge(cases, parts.assistant, parts.library, manner, progress)
    found = conclude(judged, settings.evaluation.gate)
    followed = judge_follow_ups(read_follow_ups(parts.questions.path.parent), parts.assistant, manner)
    with parts.tracking.run("evaluate", {"invocation": parts.invocation}) as run:
        prompt = register_prompt(parts.tracking, PROMPT, parts.prompt)
        run.params(_chosen(parts) | {"prompt_version": prompt.version})
        run.metrics(_numbers(found) | _of_follow_ups(followed))
        run.tags({"gate": "passed" if found.passed else "failed", "gate_reasons": "; ".join(found.reasons)})
        run.json(FILE, {"judgement": asdict(found), "judged": KEPT.dump_python(judged, mode="json")})
        run_id = run.id
    state = parts.library.state
    parts.standing.write(Standing(found.passed, found.threshold, state, run_id, found.reasons))
    return Evaluated(tuple(judged), found, run_id, followed if followed.asked else None)


def read_evaluation(parts: Parts) -> Evaluated:
    """Read the evidence of the last evaluation back from its run."""
    standing = parts.standing.read()
    if standing is None:
        raise NotJudgedError(f"Nothing was evaluated yet: `{parts.settings.distribution} evaluate` does it.")
    kept = parts.tracking.read_json(standing.run_id, FILE)
    judged = KEPT.validate_python(kept["judged"] if isinstance(kept, dict) else ())
    return Evaluated(tuple(judged), conclude(judged, parts.settings.evaluation.gate), standing.run_id)


def _chosen(parts: Parts) -> dict[str, object]:
    """Name all that makes the assistant what it is, so that runs can be compared."""
    settings = parts.settings
    return {
        "documents": parts.library.state,
        "questions": sha256(parts.questions.path.read_bytes()).hexdigest()[:16],
        "encoder": parts.encoder.name,
        "passage_words": settings.retrieval.passage_words,
        "heading_weight": settings.retrieval.heading_weight,
        "prompt": sha256(parts.prompt.encode()).hexdigest()[:16],
        "model": parts.model.model or "none",
        "reranker": parts.reranker.name if parts.reranker else "none",
        "answering": json.dumps(settings.answering.model_dump(mode="json"), sort_keys=True),
    }


def _of_follow_ups(found: Followed) -> dict[str, float]:
    if not found.asked:
        return {}
    return {"follow_ups": 100 * found.understood / found.asked, "follow_ups_alone": 100 * found.alone / found.asked}


def _numbers(found: Judgement) -> dict[str, float]:
    return {
        "right": found.right.value,
        "plain": found.plain.value,
        "difference": found.difference.value,
        "difference_low": found.difference.low,
        "difference_high": found.difference.high,
        "refused": found.refused.value,
        "answered": found.answered.value,
        "plain_answered": found.plain_answered.value,
        "found": found.found.value,
        "cited": found.cited.value,
        "threshold": found.threshold,
        "tuned_on": found.tuned_on.value,
    }
