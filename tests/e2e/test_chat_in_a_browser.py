"""A person asks an assistant on its page, reads where the answer stands, and says what is wrong: in a real browser."""

import json
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.e2e.browser import browsing, find_chromium
from tests.e2e.conftest import own_command, surroundings

pytestmark = pytest.mark.slow

DOCUMENTS = {
    "leave.md": "# Leave\n\n## Carry-over\n\nUnused days of leave lapse at the end of March of the following year.\n",
    "travel.md": "# Travel\n\n" + "".join(f"## Rule {number}\n\nNothing that matters here.\n\n" for number in range(60))
    + "## Hotels\n\nA hotel in Rome costs at most 120 euros a night, breakfast included.\n",
}  # fmt: skip
TRACE = """
import json, sys
from compliance_desk.bootstrap import build
parts = build()
client = parts.tracking.client()
found = client.get_experiment_by_name(parts.tracking.experiment)
(trace,) = client.search_traces(locations=[found.experiment_id], filter_string=f"tags.`pilot.answer` = '{sys.argv[1]}'")
said = [[each.value, each.rationale] for each in trace.info.assessments]
print(json.dumps({"spans": [span.name for span in trace.data.spans], "said": said, "tags": trace.info.tags}))
parts.database.close()
"""


@pytest.fixture
def assistant(make_pilot, run_pilot):
    """An assistant on two small documents, with a key for somebody."""
    find_chromium()
    pilot = make_pilot(architecture="rag_assistant")
    shutil.rmtree(pilot / "documents")
    (pilot / "documents").mkdir()
    for name, text in DOCUMENTS.items():
        (pilot / "documents" / name).write_text(text)
    assert run_pilot(pilot, "ingest").code == 0
    made = run_pilot(pilot, "keys", "create", "ana", "--scope", "ask")
    return pilot, made.out.strip()


@contextmanager
def served(pilot: Path, executables: Path) -> Iterator[str]:
    """Serve as a team does, and end it as a service manager does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    patience = {"PILOT_CHAT__DRAIN_SECONDS": "120"}  # a busy machine takes long to connect to MLflow the first time
    around = surroundings([executables], {"PYTHONPATH": str(pilot / "src"), **patience})
    with (pilot / "var" / "serve.log").open("w") as log:
        command = [*own_command(pilot), "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=pilot, env=around, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/health/ready", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(180)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it does not answer: see var/serve.log")


def test_a_person_asks_reads_the_passage_and_says_what_is_wrong(assistant, pilot_environment, run_in, tmp_path):
    pilot, key = assistant
    with served(pilot, pilot_environment) as address, browsing(tmp_path / "profile") as browser:
        browser.send("Emulation.setScriptExecutionDisabled", value=True)
        browser.look(390, 844)

        browser.open(f"{address}/")
        browser.tab_to("focused.id === 'key'")
        browser.type(key)
        browser.press("Enter")
        browser.wait("document.title.startsWith('Ask:')")
        assert "An AI answers here" in browser.text()

        ask(browser, "What may a hotel cost a night?")
        assert "A hotel in Rome costs at most 120 euros a night, breakfast included. [1]" in browser.text()
        ask(browser, "And in Rome?")
        assert "Understood as: What may a hotel cost a night? And in Rome?" in browser.text()
        ask(browser, "Who won the cup final?")
        assert "I don't know: nothing that you may read answers this." in browser.text()
        number = browser.value("document.querySelector('input[name=answer]').value")
        assert browser.value("document.documentElement.scrollWidth <= innerWidth"), "it fits a phone"

        conversation = browser.value("location.href")
        browser.tab_to("focused.textContent === '[1]'")
        browser.press("Enter")
        browser.wait("location.pathname === '/documents/documents/travel.md'")
        assert browser.value("document.querySelector('mark').innerText").startswith("A hotel in Rome")
        assert browser.value("document.getElementById('passage').getBoundingClientRect().top < innerHeight")

        browser.open(conversation)
        browser.tab_to(f"focused.tagName === 'SUMMARY' && !!focused.closest('#a-{number}')")
        browser.press("Enter")
        browser.tab_to(f"focused.id === 'c-{number}'")
        browser.type("It is 150 since October, says ana@example.org")
        browser.tab_to(f"focused.value === 'not helpful' && !!focused.closest('#a-{number}')")
        browser.press("Enter")
        browser.wait("document.body.innerText.includes('You said: it did not help.')")

    found = run_in(pilot, ["python", "-c", TRACE, number])
    assert found.code == 0, found.err
    trace = json.loads(found.out)
    assert {"ask", "guard.question", "retrieve", "rank", "answer"} <= set(trace["spans"])
    assert trace["said"] == [[False, "It is 150 since October, says [email]"]]
    assert trace["tags"]["pilot.version.prompt"] == "1"


def ask(browser, question: str) -> None:
    """Ask by keyboard alone, and wait for the answer's page."""
    before = browser.value("document.querySelectorAll('.answer').length")
    browser.tab_to("focused.id === 'question'")
    browser.type(question)
    browser.tab_to("focused.tagName === 'BUTTON' && focused.textContent === 'Ask'")
    browser.press("Enter")
    browser.wait(f"document.querySelectorAll('.answer').length > {before}")
