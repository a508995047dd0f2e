"""What monitoring is told of answers: how many of each kind, how long they take, what they cost, what people say."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from ..web.web_metrics import Bounded
from .replies import Turn
from .traces import Outcome

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0)


class ChatMetrics:
    """Metrics of one process, in the registry that Prometheus fetches; each label has few values.

    The share without an answer is `kind="unknown"` and `kind="refused"` of all.
    """

    def __init__(self, registry: CollectorRegistry, pilot: str) -> None:
        self._pilot, self._model = pilot, Bounded()
        self._answers = Counter("pilot_answers", "Answers by kind", ["pilot", "kind"], registry=registry)
        self._seconds = Histogram(
            "pilot_answer_seconds", "From the question to its answer", ["pilot", "kind"], buckets=BUCKETS,
            registry=registry,
        )  # fmt: skip
        self._cost = Counter(
            "pilot_answer_cost", "What models took, in the currency of pilot.yml", ["pilot", "model"], registry=registry
        )
        self._verdicts = Counter("pilot_verdicts", "What people said", ["pilot", "verdict"], registry=registry)
        self._traces = Counter("pilot_answer_traces", "Traces by outcome", ["pilot", "outcome"], registry=registry)
        for outcome in ("written", "left_out", "lost"):
            self._traces.labels(pilot, outcome)

    def answer(self, turn: Turn, model: str) -> None:
        """Count an answer."""
        self._answers.labels(self._pilot, turn.reply.kind).inc()
        self._seconds.labels(self._pilot, turn.reply.kind).observe(turn.seconds)
        if model:
            self._cost.labels(self._pilot, self._model(model)).inc(turn.cost)

    def judge(self, *, helpful: bool) -> None:
        """Count a verdict."""
        self._verdicts.labels(self._pilot, "helpful" if helpful else "not_helpful").inc()

    def trace(self, outcome: Outcome) -> None:
        """Count what became of a trace."""
        self._traces.labels(self._pilot, outcome).inc()
