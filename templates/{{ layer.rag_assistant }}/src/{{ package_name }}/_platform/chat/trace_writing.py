"""One answer as a trace of MLflow, with the steps at the times at which they were taken; verdicts as feedback on it."""

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from .. import PilotError
from ..mlflow_manners import clear_errors
from ..mlflow_runs import Runs
from ..recorded_spans import RecordedSpan, Recording
from .prompts import Registered
from .replies import Turn, Verdict

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Span

NAME: Final = "ask"
HELPFUL: Final = "helpful"
ANSWER: Final = "pilot.answer"  # the tag that leads from an answer's number to its trace
KINDS: Final = {
    "retrieve": "RETRIEVER",
    "rank": "RERANKER",
    "guard": "GUARDRAIL",
    "llm": "LLM",
    "model": "LLM",
    "answer": "CHAIN",
}
MILLION: Final = 1_000_000


@dataclass
class TraceStore:
    """Where traces are kept."""

    client: "MlflowClient"
    experiment: str
    uri: str
    known: dict[str, str] = field(default_factory=dict)

    def write(self, turn: Turn, steps: Recording, prompt: Registered | None) -> str:
        """Write a trace, and see that it is there."""
        with clear_errors(self.uri):
            root = self._begin(turn, steps, prompt)
            made: list[Span] = []
            for step in steps.spans:
                within = root if step.within is None else made[step.within]
                made.append(self._step(root, within, step))
            ended = _end_of(turn, steps)
            for span, step in sorted(zip(made, steps.spans, strict=True), key=lambda pair: -pair[1].started):
                status = "ERROR" if step.failure else "OK"
                self.client.end_span(
                    root.trace_id, span.span_id, outputs=dict(step.said), status=status, end_time_ns=step.ended
                )
            self.client.end_trace(root.trace_id, outputs=_outputs(turn), end_time_ns=ended)
            if self.client.get_trace(root.trace_id, display=False) is None:
                raise PilotError(f"MLflow at {self.uri} did not keep a trace.")
            if prompt is not None:
                self.client.link_prompt_versions_to_trace([prompt.entity], root.trace_id)
        self.known[turn.reply.number] = root.trace_id
        return str(root.trace_id)

    def judge(self, turn: Turn, verdict: Verdict, prompt: Registered | None) -> None:
        """Put a verdict on the trace of its answer, which is written now where it was left out before."""
        import mlflow
        from mlflow.entities import AssessmentSource

        trace = self.known.get(turn.reply.number) or self._find(turn) or self.write(turn, Recording(), prompt)
        with clear_errors(self.uri):
            mlflow.log_feedback(
                trace_id=trace,
                name=HELPFUL,
                value=verdict.helpful,
                rationale=verdict.comment or None,
                source=AssessmentSource(source_type="HUMAN", source_id=verdict.asker),
            )

    def _find(self, turn: Turn) -> str | None:
        """Find the trace of an answer that another process gave, or this one before it was started again."""
        with clear_errors(self.uri):
            found = self.client.search_traces(
                locations=[self.experiment],
                filter_string=f"tags.`{ANSWER}` = '{turn.reply.number}'",
                max_results=1,
                include_spans=False,
            )
        return str(found[0].info.trace_id) if found else None

    def _begin(self, turn: Turn, steps: Recording, prompt: Registered | None) -> "Span":
        tags = {
            ANSWER: turn.reply.number,
            "pilot.kind": turn.reply.kind,
            "pilot.request_trace": turn.trace_id,
            **{f"pilot.version.{name}": value for name, value in turn.reply.version.items() if value},
        }
        if prompt is not None:
            tags["pilot.version.prompt"] = str(prompt.version)
        began = min((step.started for step in steps.spans), default=_moment(turn))
        root: Span = self.client.start_trace(
            NAME,
            span_type="CHAIN",
            inputs={"question": turn.question, "understood_as": turn.reply.understood or turn.question},
            attributes=_attributes(turn, steps),
            tags={name: text[:250] for name, text in tags.items()},
            experiment_id=self.experiment,
            start_time_ns=began,
        )
        return root

    def _step(self, root: "Span", within: "Span", step: RecordedSpan) -> "Span":
        kind = KINDS.get(step.name.partition(".")[0], "UNKNOWN")
        made: Span = self.client.start_span(
            step.name,
            root.trace_id,
            within.span_id,
            span_type=kind,
            attributes=dict(step.said),
            start_time_ns=step.started,
        )
        return made


def open_store(runs: Runs) -> TraceStore:
    """Connect to the server."""
    client = runs.client()
    found = client.get_experiment_by_name(runs.experiment)
    if found is None:
        raise PilotError(f"MLflow at {runs.uri} has no experiment {runs.experiment}: run the main job once.")
    return TraceStore(client, str(found.experiment_id), runs.uri)


def _attributes(turn: Turn, steps: Recording) -> dict[str, Any]:
    """Say what it took: as far as a model answered, in tokens and money."""
    said: dict[str, Any] = {
        "conversation": turn.conversation,
        "seconds": turn.seconds,
        "confidence": turn.reply.confidence,
    }
    if model := steps.newest("model"):
        tokens = {name: int(steps.total(name)) for name in ("tokens_in", "tokens_out")}
        said |= {"model": model, "cost": steps.total("cost"), **tokens}
        both = {"input_tokens": tokens["tokens_in"], "output_tokens": tokens["tokens_out"]}
        said["mlflow.chat.tokenUsage"] = both | {"total_tokens": sum(both.values())}
    return said


def _outputs(turn: Turn) -> dict[str, Any]:
    reply = turn.reply
    return {
        "answer": reply.text,
        "kind": reply.kind,
        "citations": [f"{each.place} ({each.source}/{each.document}, {each.day})" for each in reply.cited],
        "notes": list(reply.notes),
    }


def _moment(turn: Turn) -> int:
    return round((turn.at.replace(tzinfo=UTC).timestamp() - turn.seconds) * 1000) * MILLION


def _end_of(turn: Turn, steps: Recording) -> int:
    return max((step.ended for step in steps.spans), default=_moment(turn) + round(turn.seconds * 1000) * MILLION)
