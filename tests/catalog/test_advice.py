"""Advice follows the catalog's rules: what speaks for an architecture, what rules it out, and what would change it."""

from hypothesis import given
from hypothesis import strategies as st

from pilotline.catalog.advice import Candidate, Fit, Need, read_candidates, read_needs, recommend

NEEDS = (
    Need("latency", "When?", {"rhythm": "On a rhythm", "waiting": "While somebody waits"}),
    Need("material", "On what?", {"numbers": "Numbers", "texts": "Texts"}),
)
BATCH = Candidate(
    "batch",
    "Batch",
    (
        Fit("latency", "rhythm", 3, "a list at once"),
        Fit("latency", "waiting", 0, "nobody can ask it", rules_out=True),
        Fit("material", "numbers", 2, "it reads tables"),
        Fit("material", "texts", -1, "it reads no text"),
    ),
)
ASKED = Candidate(
    "asked",
    "Asked",
    (
        Fit("latency", "waiting", 3, "it answers"),
        Fit("latency", "rhythm", -1, "a list is dear"),
        Fit("material", "numbers", 1, ""),
    ),
)
BOTH = (BATCH, ASKED)
ANSWERS = st.fixed_dictionaries({}, optional={need.id: st.sampled_from(sorted(need.answers)) for need in NEEDS})


def test_the_one_that_most_speaks_for_comes_first_with_its_reasons():
    advice = recommend(BOTH, NEEDS, {"latency": "rhythm", "material": "numbers"})
    assert advice.best is not None
    assert (advice.best.id, advice.best.points) == ("batch", 5)
    assert [fit.because for fit in advice.best.reasons] == ["a list at once", "it reads tables"]
    assert [(item.id, item.points, [fit.because for fit in item.objections]) for item in advice.ranked[1:]] == [
        ("asked", 0, ["a list is dear"])
    ]


def test_what_is_ruled_out_is_never_recommended_whatever_speaks_for_it():
    advice = recommend((BATCH,), NEEDS, {"latency": "waiting", "material": "numbers"})
    assert advice.best is None
    assert (advice.ranked[0].points, advice.ranked[0].is_ruled_out) == (2, True)


def test_an_answer_that_would_change_the_advice_is_named_with_what_it_leads_to():
    advice = recommend(BOTH, NEEDS, {"latency": "rhythm"})
    assert [(turn.need, turn.answer, turn.then) for turn in advice.turns] == [("latency", "waiting", "asked")]
    alone = recommend((BATCH,), NEEDS, {"latency": "rhythm"})
    assert [(turn.answer, turn.then) for turn in alone.turns] == [("waiting", "")]


def test_without_a_word_nothing_is_recommended():
    advice = recommend(BOTH, NEEDS, {})
    assert advice.best is None
    assert {turn.then for turn in advice.turns} == {"batch", "asked"}


@given(ANSWERS)
def test_each_turn_is_what_is_recommended_when_that_is_said_and_no_other_answer_changes_it(given_needs):
    advice = recommend(BOTH, NEEDS, given_needs)
    best = advice.best.id if advice.best else ""
    told = {(turn.need, turn.answer): turn.then for turn in advice.turns}
    for need in NEEDS:
        for answer in need.answers:
            other = recommend(BOTH, NEEDS, {**given_needs, need.id: answer}).best
            assert told.get((need.id, answer), best) == (other.id if other else "")


@given(ANSWERS, st.permutations(BOTH))
def test_the_order_of_the_architectures_decides_between_equals_only(given_needs, order):
    first, second = (recommend(tuple(each), NEEDS, given_needs).ranked for each in (BOTH, order))
    assert [(item.is_ruled_out, item.points) for item in first] == [(item.is_ruled_out, item.points) for item in second]
    assert sorted(item.id for item in first) == sorted(item.id for item in second)


def test_each_architecture_of_the_built_in_catalog_is_recommended_for_something_and_ruled_out_by_something(builtin):
    needs, candidates = read_needs(builtin), read_candidates(builtin)
    assert len(needs) <= 7, "a handful"
    for candidate in candidates:
        best = {
            fit.need: max((f for f in candidate.fits if f.need == fit.need), key=lambda f: (not f.rules_out, f.points))
            for fit in candidate.fits
        }
        ideal = {need: fit.answer for need, fit in best.items()}
        found = recommend(candidates, needs, ideal).best
        assert found is not None
        assert found.id == candidate.id
        assert any(fit.rules_out for fit in candidate.fits), candidate.id
        assert all(fit.because for fit in candidate.fits), candidate.id
