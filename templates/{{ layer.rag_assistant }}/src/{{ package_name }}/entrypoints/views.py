"""What each step shows of its result: tables for people, the same as values for programs."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.markup import escape

from .._platform.retrieval.ingesting import Ingested
from .._platform.screen import Json, Screen, grid
from ..domain.answer import Citation
from ..pipelines.answer import Given
from ..pipelines.evaluate import Evaluated
from ..services.evaluation import Share

NAMED = 5
AI = "Answered by an AI system; look at the cited passages before you act on it."
CONTENT = {"generated_by": "ai", "standard": "Regulation (EU) 2024/1689, Article 50"}


def show_ingested(screen: Screen, found: Ingested) -> Json:
    """Show what was read, and what somebody should look at."""
    screen.title(f"Documents: {found.documents:,} with {found.passages:,} passages")
    news = [(len(found.added), "new"), (len(found.changed), "changed"), (len(found.deleted), "deleted")]
    said = [f"{count:,} {word}" for count, word in news if count]
    screen.line(", ".join(said) or "nothing changed since the last time")
    for title, names in (("left out", found.left_out), ("past its freshness", found.stale)):
        for name in names[:NAMED]:
            screen.pair(title, escape(name))
        if len(names) > NAMED:
            screen.line(f"and {len(names) - NAMED} more {title}")
    return asdict(found) | {"documents": found.documents}


def show_evaluation(screen: Screen, found: Evaluated) -> Json:
    """Show how well it answers beside plain search, and what the gate makes of it."""
    said = found.judgement
    screen.title(f"Judged on {said.right.n} questions held back of {said.questions}; threshold {said.threshold:.2f}")
    table = grid("", "assistant", "plain search", right=(1, 2))
    table.add_row("right: right source first, or refused", _share(said.right), _share(said.plain))
    table.add_row("of those with an answer", _share(said.answered), _share(said.plain_answered))
    for form, (ours, theirs) in said.by_form.items():
        table.add_row(f"  {form}", _share(ours), _share(theirs))
    table.add_row("right source among those cited", _share(said.cited), _share(said.plain_cited))
    table.add_row("of those without, refused", _share(said.refused), "never")
    screen.table(table)
    screen.line(f"The right place was among the passages looked at for {_share(said.found)}.")
    if followed := found.followed:
        screen.line(
            f"Of {followed.asked} questions that follow others, {followed.understood} were understood by the "
            f"conversation, {followed.alone} by themselves."
        )
    screen.line(f"Gate: {'passed' if said.passed else 'not passed'}; {'; '.join(said.reasons)}.")
    follow_ups = asdict(found.followed) if found.followed else None
    return asdict(said) | {"run_id": found.run_id, "follow_ups": follow_ups}


def _share(share: Share) -> str:
    return f"{share.value:.0f} % ({share.low:.0f} to {share.high:.0f})" if share.n else "-"


def show_answer(screen: Screen, given: Given, notes: Sequence[str], command: str) -> Json:
    """Show an answer with its citations, and that an AI gave it."""
    answer = given.answer
    screen.title(escape(answer.text))
    for each in answer.citations:
        screen.line()
        passage = each.passage
        source = f"{passage.source}/{passage.document}, {passage.changed}"
        screen.line(escape(f"[{each.number}] {passage.place} ({source})"))
        screen.line(escape(passage.text))
    screen.line()
    for note in (*answer.notes, *notes, AI):
        screen.line(escape(note))
    screen.line(f"Wrong? {command} feedback give {given.number}")
    return {
        "id": given.number,
        "answer": answer.text,
        "known": answer.known,
        "written": answer.written.value,
        "confidence": round(answer.confidence, 4),
        "citations": [_citation(each) for each in answer.citations],
        "notes": [*answer.notes, *notes],
        "content": CONTENT,
        "seconds": round(given.seconds, 3),
    }


def _citation(citation: Citation) -> Json:
    passage = citation.passage
    return {
        "number": citation.number,
        "id": passage.id,
        "document": passage.document,
        "source": passage.source,
        "place": passage.place,
        "changed": passage.changed,
        "sentence": citation.sentence,
        "text": passage.text,
    }
