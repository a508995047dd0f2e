"""What the guards cost each answer of an assistant: the same questions with them and without, in turn.

    PILOTLINE_PILOT_ENVIRONMENT=build/pilot-environment python benchmarks/guards.py

The environment is the one that `tests/e2e` installs. The pilot is the worked example over six EU acts, its questions
those that were written to tune it; answers are quoted, as no model stands behind it.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.loading import load_builtin
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.template.answers import accept_answers

ENVIRONMENT = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", "build/pilot-environment")).resolve()
OWN = "import sys; from {package}.entrypoints import main; sys.exit(main())"
MEASURE = """
import json, statistics, time
from pathlib import Path
from {package}.bootstrap import build
from {package}.domain.question import Asked
from {package}.pipelines.answer import manner
from {package}.ports import Checked
from {package}.services.answering import Assistant

class Open:
    def check_question(self, text): return Checked(text, "")
    def check_passage(self, text): return Checked(text, "")
    def check_answer(self, text, quotes): return Checked(text, "")

class Timed:
    def __init__(self, guard):
        self.guard, self.took = guard, {{"question": [], "passage": [], "answer": []}}
    def __getattr__(self, name):
        kind = name.removeprefix("check_")
        def call(*given):
            start = time.perf_counter()
            try:
                return getattr(self.guard, name)(*given)
            finally:
                self.took[kind].append(time.perf_counter() - start)
        return call

parts = build()
cases = map(json.loads, Path("evaluation/questions.jsonl").read_text().splitlines())
asked = [case["text"] for case in cases if not case["held_back"]]
how, whole = manner(parts), parts.assistant
timed = Timed(whole.guard)
seen = {{"with": [], "without": []}}
closed, opened = Assistant(parts.library, None, whole.guard), Assistant(parts.library, None, Open())
watched = Assistant(parts.library, None, timed)
for text in asked[:10]:
    closed.answer(Asked(text), how)
for _ in range(5):
    for text in asked:
        for name, assistant in (("with", closed), ("without", opened)):
            start = time.perf_counter()
            assistant.answer(Asked(text), how)
            seen[name].append(time.perf_counter() - start)
for text in asked:
    watched.answer(Asked(text), how)
ms = {{name: 1000 * statistics.median(took) for name, took in seen.items()}}
ratio = ms["with"] / ms["without"]
print(f"an answer: {{ms['with']:.2f}} ms with guards, {{ms['without']:.2f}} ms without: {{ratio:.2f}} times")
for kind, took in timed.took.items():
    each, often = 1e6 * statistics.median(took), len(took) / len(asked)
    print(f"each {{kind}}: {{each:.0f}} microseconds, {{often:.1f}} for an answer")
"""


def main() -> None:
    """Make a pilot, read its documents, and ask."""
    catalog = load_builtin(CATALOG_SOURCE)
    with tempfile.TemporaryDirectory() as folder:
        plan = plan_pilot(catalog, accept_answers(catalog, {"architecture": "rag_assistant"}))
        pilot = create_pilot(plan, Path(folder) / "pilot").destination
        package = next(found.parent.name for found in (pilot / "src").glob("*/entrypoints"))
        around = {**os.environ, "PYTHONPATH": str(pilot / "src"), "OMP_NUM_THREADS": "1"}
        said = [""]
        for code, arguments in ((OWN, ["run"]), (MEASURE, [])):
            command = [str(ENVIRONMENT / "bin/python"), "-c", code.format(package=package), *arguments]
            done = subprocess.run(command, cwd=pilot, env=around, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stdout + done.stderr)
            said.append(done.stdout.strip())
        print(said[-1])


if __name__ == "__main__":
    main()
