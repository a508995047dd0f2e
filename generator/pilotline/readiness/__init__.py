"""Readiness checks: what is missing for the next stage, and how to mend it.

How to add a check or a family
------------------------------
1. A family is one module in `families/` (`own.py` is the model; split a long one into `eng.py` and `eng_supply.py`).
   It ends with `CHECKS: Final = (TheFirst(), TheSecond(), …)`, which `registry.py` finds.
2. A check is one class below `Check` (or `ExecutedCheck`, when only a command can prove it):
   - the docstring says in one plain sentence why it matters; the report and the reference page show it;
   - `id`, `title` (what is true when it passes), `stage`, `source`, `effort`, `advice` (the next step, with what to
     write or to run) are required; `severity`, `grade`, `example`, `applies_from` have defaults;
   - `not_applicable(repo)` returns why the check does not apply, or "";
   - `find(repo)` yields a `Problem` for each thing that is wrong, with its place. Nothing yielded means it passes.
     `Problem(calendar=True)` marks what only the passing of time made wrong: it warns and never turns a branch red;
     `Problem(stage=…)` blocks from a later stage than the check's own;
   - `mend(repo)` returns new file contents for `--fix`, only where no judgement is needed.
   A check that only asks for fields of a file is a row instead: `FieldCheck(Card(…), (FieldRule(…), …))`, in the words
   in which an organisation writes its own (`field_rules.py`; OWN003 is the model).
3. What a check sees is `view.pilot_view.Repository`: files, parsed manifests (`repo.manifest.text("owners",
   "business")`), Python syntax trees, workflows, settings, git history, today's date. It never opens a file itself, so
   that a test builds the same from a dict. Facts that several checks ask for (is there personal data, an LLM, …) stand
   in `facts.py`; what is no answer but a placeholder is decided by `placeholders.is_placeholder`.
4. An `ExecutedCheck` measures with a command (`measure(tools)`) and judges what was measured (`judge(measured)`), so
   that recorded evidence is judged by today's rule.
5. Tests: `tests/readiness/families/test_<family>.py` has a row per check with an edit that makes it fail and one that
   makes it pass; `tests/readiness/helpers.py` renders the pilot to edit. `tests/readiness/test_planted_faults.py` has a
   fault for each check that a new pilot passes. `docs/make_reference.py` writes the reference.
6. What cannot be told here (no catalog, tool or network) raises `NotProvenError("…")`: it blocks from its stage on.
"""
