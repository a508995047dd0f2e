"""Real systems, switched on by configuration alone."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.slow

POSTGRES = "postgresql://postgres@127.0.0.1"
EXECUTE = f"import psycopg, sys; psycopg.connect('{POSTGRES}/postgres', autocommit=True).execute(sys.argv[1])"
COUNT = f"import psycopg, sys; print(psycopg.connect('{POSTGRES}/' + sys.argv[1]).execute(sys.argv[2]).fetchone()[0])"
FILL = f"import psycopg, sys; psycopg.connect('{POSTGRES}/' + sys.argv[1], autocommit=True).execute(sys.argv[2])"
PAYMENTS = """
apiVersion: v3.1.0
kind: DataContract
id: payments
version: 1.0.0
status: active
team: {members: [{username: head-of-collections, role: owner}]}
roles: [{role: account-planning, access: read}]
customProperties: [{property: classification, value: internal}, {property: toleratedBadRowsPercent, value: 1}]
slaProperties: [{property: freshness, value: 31, unit: d, element: payments.paid}]
schema:
  - name: payments
    properties:
      - {name: number, logicalType: integer, required: true, unique: true}
      - {name: customer, logicalType: string, required: true}
      - {name: paid, logicalType: date, required: true}
      - {name: days, logicalType: integer, required: true}
"""
BEHIND = """
[tables.payments]
integration = "postgres"
relation = "public.payments"
contract = "data_contracts/payments.odcs.yaml"
"""
DAYS = """
  - id: days_to_pay
    title: Days to pay
    question: How long do we wait?
    kind: outcome
    owner: head-of-collections
    formula: mean days
    unit: days
    direction: lower
    baseline: {value: 41, period: last year, source: the controller}
    target: {value: 30, due: "2027-06-30"}
    measure:
      form: mean
      sql: SELECT number AS "case", days AS value, customer AS cluster FROM payments WHERE paid < $until
    window: all payments
    minimum_sample: 100
    attribution: before and after
    decision: {go_on: better, gate: not_worse, otherwise: stop}
"""
# What MLflow's own pages ask the server for: a logged model with its metrics and data sets, and runs to compare.
LOOK = """
import json
import mlflow
client = mlflow.MlflowClient()
experiments = [experiment.experiment_id for experiment in client.search_experiments()]
runs = {run.info.run_id: run for run in client.search_runs(experiments)}
whole = next(run for run in runs.values() if run.info.run_name == "run")
steps = {run.info.run_name for run in runs.values() if run.data.tags.get("mlflow.parentRunId") == whole.info.run_id}
(logged,) = client.search_logged_models(experiments)
(registered,) = client.search_registered_models()
print(json.dumps({
    "steps": sorted(steps),
    "commits": len({run.data.tags["mlflow.source.git.commit"] for run in runs.values()}) == 1,
    "whole": {**whole.data.metrics, **whole.data.params},
    "used": {data.tags[0].value: data.dataset.digest for data in whole.inputs.dataset_inputs},
    "model": {metric.key: [metric.value, metric.dataset_name, metric.dataset_digest] for metric in logged.metrics},
    "chosen": logged.params,
    "about": registered.description,
    "said": client.get_model_version(registered.name, "1").description,
    "traces": [[span.name for span in trace.data.spans] for trace in client.search_traces(["0"])],
}))
"""

PREPARE = """
from pathlib import Path
from customer_call_list._platform.local_mlflow import LocalServer
from customer_call_list._platform.mlflow_manners import quiet
quiet()
LocalServer(Path("var").absolute()).prepare()
"""
COLLECT = """
import http.server, json, sys
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        with open(sys.argv[2], "a") as kept:
            for part in sent.resource_spans:
              for span in (span for scope in part.scope_spans for span in scope.spans):
                said = [(a.key, a.value) for a in [*span.attributes, *part.resource.attributes]]
                about = {key: v.string_value or v.int_value or v.double_value for key, v in said}
                about |= {"parent": span.parent_span_id.hex(), "key": self.headers.get("x-api-key")}
                kept.write(json.dumps([span.name, span.trace_id.hex(), about]) + chr(10))
        self.send_response(200)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Collector).serve_forever()
"""


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def require(name, port):
    """Skip where a service is absent, or fail where its absence is a fault."""
    if not answers(port):
        message = f"{name} does not answer on 127.0.0.1:{port}"
        pytest.fail(message) if os.environ.get("PILOTLINE_REQUIRE_SERVICES") == "1" else pytest.skip(message)


@pytest.fixture
def database(pilot_environment):
    """Make a database of the test's own on the real PostgreSQL."""
    require("PostgreSQL", 5432)
    name = f"pilotline_{os.getpid()}"
    python = str(pilot_environment / "python")
    subprocess.run([python, "-c", EXECUTE, f"CREATE DATABASE {name}"], check=True)
    yield name
    subprocess.run([python, "-c", EXECUTE, f"DROP DATABASE {name} WITH (FORCE)"], check=True)


@pytest.fixture
def mlflow_server(pilot_environment, tmp_path):
    """Start a real MLflow server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = f"{pilot_environment}{os.pathsep}{os.environ['PATH']}"
    command = ["mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    stores = ["--backend-store-uri", f"sqlite:///{tmp_path}/m.db", "--artifacts-destination", f"{tmp_path}/artifacts"]
    alone = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, *stores],
            env={**os.environ, "PATH": path, **alone},
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        for _ in range(240):
            if answers(port):
                break
            time.sleep(0.5)
        else:
            pytest.fail((tmp_path / "server.log").read_text()[-2000:])
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def test_scores_are_written_once_to_a_real_postgresql(make_pilot, run_in, run_pilot, database):
    pilot = make_pilot(integrations=["postgres"])
    switched_on = {
        "PILOT_INTEGRATIONS__POSTGRES__ENABLED": "true",
        "PILOT_INTEGRATIONS__POSTGRES__URL": f"postgresql+psycopg://postgres@127.0.0.1/{database}",
    }

    run = run_pilot(pilot, "run", "--json", offline=False, **switched_on)
    assert run.code == 0, run.err
    again = run_pilot(pilot, "score", "--json", offline=False, **switched_on)
    assert again.code == 0, again.err

    count = run_in(pilot, ["python", "-c", COUNT, database, "select count(*) from call_lists"], offline=False)
    assert int(count.out) == json.loads(run.out)["scored"]["written"] > 0
    assert not (pilot / "var/pilot.db").exists()


def test_a_kpi_is_measured_on_a_table_behind_a_real_postgresql(make_pilot, run_in, run_pilot, database):
    pilot = make_pilot(integrations=["postgres"])
    switched_on = {
        "PILOT_INTEGRATIONS__POSTGRES__ENABLED": "true",
        "PILOT_INTEGRATIONS__POSTGRES__URL": f"postgresql+psycopg://postgres@127.0.0.1/{database}",
    }
    fill = (
        "create table payments as select i as number, 'K' || i % 50 as customer, date '2025-01-01' + i % 90 as paid,"
        " case when i = 7 then null else 30 + i % 9 end as days from generate_series(1, 900) i"
    )
    filled = run_in(pilot, ["python", "-c", FILL, database, fill], offline=False)
    assert filled.code == 0, filled.err
    (pilot / "data_contracts/payments.odcs.yaml").write_text(PAYMENTS)
    for path, text in (("config/default.toml", BEHIND), ("kpis.yml", DAYS)):
        with (pilot / path).open("a") as file:
            file.write(text)

    run = run_pilot(pilot, "measure", "--try", "days_to_pay", "--json", offline=False, **switched_on)

    assert run.code == 0, run.err
    found = json.loads(run.out)
    assert found["n"] == 899  # the row without a number of days misses the contract
    assert found["value"] == pytest.approx(34, abs=0.1)
    assert json.loads((pilot / "var/reads.jsonl").read_text())["rows"] == 900
    assert "asked where they lie" in found["method"]
    old = "payments: the newest paid is of 2025-03-31"
    assert old in run.err

    # The same by reading its rows here, and by a query that only DuckDB understands.
    kpis = (pilot / "kpis.yml").read_text()
    for condition, there in (("customer IS NOT NULL", True), ("strftime(paid, '%Y') > '2024'", False)):
        (pilot / "kpis.yml").write_text(kpis.replace("payments WHERE paid", f"payments WHERE {condition} AND paid"))
        run = run_pilot(pilot, "measure", "--try", "days_to_pay", "--json", offline=False, **switched_on)
        other = json.loads(run.out)
        same = ("n", "value", "low", "high", "sentence")
        assert [other[name] for name in same] == [found[name] for name in same]
        assert ("asked where they lie" in other["method"]) is there
        assert old in run.err


def test_runs_and_models_go_to_a_real_mlflow_server(make_pilot, run_in, run_pilot, mlflow_server):
    pilot = make_pilot(integrations=["mlflow_server", "otlp"])
    switched_on = {
        "PILOT_INTEGRATIONS__MLFLOW_SERVER__ENABLED": "true",
        "PILOT_INTEGRATIONS__MLFLOW_SERVER__URL": mlflow_server,
        "PILOT_INTEGRATIONS__OTLP__URL": mlflow_server,
        "PILOT_INTEGRATIONS__OTLP__HEADERS": '{"x-mlflow-experiment-id": "0"}',
    }

    run = run_pilot(pilot, "run", "--json", offline=False, **switched_on)
    assert run.code == 0, run.err
    assert "traces do not arrive" not in run.err

    looked = run_in(pilot, ["python", "-W", "ignore", "-c", LOOK], offline=False, MLFLOW_TRACKING_URI=mlflow_server)
    seen, result = json.loads(looked.out.splitlines()[-1]), json.loads(run.out)
    assert seen["steps"] == ["evaluate", "measure", "score", "train"]
    assert seen["commits"], "every run names the commit that it is of"
    kpi = result["kpis"][0]
    assert seen["whole"][f"kpi.{kpi['id']}"] == pytest.approx(kpi["value"])
    assert seen["whole"]["train.kind"] == seen["chosen"]["kind"]
    assert seen["model"]["training.rows"] == [15557, "cases of sales-ledger", seen["used"]["training"]]
    auc = result["evaluated"]["quality"]["auc"]
    assert seen["model"]["auc"] == [pytest.approx(auc), "cases of sales-ledger", seen["used"]["evaluation"]]
    assert seen["used"]["training"] != seen["used"]["evaluation"]
    assert "What customer-call-list decides with" in seen["about"]
    assert seen["said"].startswith("Passed the gate: better than the rule")
    (spans,) = seen["traces"]
    assert {"run", "read", "train", "evaluate", "score", "measure"} <= set(spans), "the server takes OTLP as well"
    assert not (pilot / "var/mlflow.db").exists()


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def collector(pilot_environment, tmp_path, free_port):
    """Receive traces by OpenTelemetry's own protocol, over HTTP, and keep what they say."""
    kept = tmp_path / "spans.jsonl"
    process = subprocess.Popen([pilot_environment / "python", "-c", COLLECT, str(free_port), str(kept)])
    try:
        while not answers(free_port):
            time.sleep(0.2)
        yield f"http://127.0.0.1:{free_port}/v1/traces", kept
    finally:
        process.terminate()
        process.wait(30)


def traced(endpoint):
    return {"PILOT_TRACING__ENABLED": "true", "PILOT_TRACING__ENDPOINT": endpoint}


def test_a_job_is_one_trace_that_the_logs_lead_to(pilot, run_pilot, collector):
    endpoint, kept = collector
    run = run_pilot(pilot, "score", "--json", offline=False, **traced(endpoint))
    assert run.code == 0, run.err

    spans = [json.loads(line) for line in kept.read_text().splitlines()]
    logs = "".join(path.read_text() for path in (pilot / "var" / "logs").glob("*.jsonl"))
    assert sorted(name for name, _, _ in spans) == ["read", "score", "score"]
    assert {trace for _, trace, _ in spans} == {json.loads(line)["trace_id"] for line in logs.splitlines()}


def test_a_trace_obeys_the_standard_variables_and_says_how_much_was_done(pilot, run_pilot, collector):
    endpoint, kept = collector
    within = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    run = run_pilot(
        pilot, "score", "--json", offline=False,
        **{
            **traced("http://127.0.0.1:9/v1/traces"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint.removesuffix("/v1/traces"),
            "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key=abc",
            "OTEL_SERVICE_NAME": "nightly",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
            "TRACEPARENT": f"00-{within[0]}-{within[1]}-01",
        },
    )  # fmt: skip
    assert run.code == 0, run.err
    spans = [json.loads(line) for line in kept.read_text().splitlines()]
    assert {trace for _, trace, _ in spans} == {within[0]}
    assert [name for name, _, about in spans if about["parent"] == within[1]] == ["score"]
    for _, _, about in spans:
        assert (about["key"], about["service.name"], about["deployment.environment.name"]) == ("abc", "nightly", "test")
    done = {key: value for _, _, about in spans for key, value in about.items() if key.startswith("pilot.")}
    scored = json.loads(run.out)["scored"]
    assert done["pilot.rows.score.written"] == scored["written"] > 0
    assert any(key.startswith("pilot.rows.read.") for key in done)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "asks for grpc"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://traces.elsewhere.example"}, "traces.elsewhere.example"),
    ],
)
def test_a_variable_that_cannot_be_obeyed_is_one_sentence(pilot, run_pilot, variables, said):
    """What policies forbid in the settings they forbid in the environment."""
    run = run_pilot(pilot, "score", **traced("http://127.0.0.1:9/v1/traces"), **variables)
    assert (run.code, said in run.err) == (2, True), run.err


def test_processes_that_start_together_make_the_embedded_mlflow_store_once(pilot, run_in):
    with ThreadPoolExecutor() as together:
        runs = list(together.map(lambda _: run_in(pilot, ["python", "-W", "ignore", "-c", PREPARE]), range(3)))
    assert [run.code for run in runs] == [0, 0, 0], runs
    assert sorted(path.name for path in (pilot / "var").iterdir()) == ["mlflow.db", "mlflow.lock"]


def test_an_mlflow_server_that_is_down_is_one_sentence_within_seconds(pilot, run_pilot, free_port):
    """MLflow itself asks again and again for more than four minutes."""
    begin = time.monotonic()
    run = run_pilot(pilot, "register", PILOT_TRACKING__URI=f"http://127.0.0.1:{free_port}")
    assert run.code == 2
    assert re.fullmatch(
        r"error: MLflow at http://127\.0\.0\.1:\d+ does not answer: Connection refused\. Check .*tracking\.uri\.",
        run.err.strip().splitlines()[-1],
    )
    assert time.monotonic() - begin < 90


def test_a_database_without_its_driver_says_how_it_comes(pilot, run_in):
    """The tests' environment has every driver: this one finds none."""
    code = "import sys; sys.modules['psycopg'] = None; from customer_call_list.entrypoints import main; main()"
    run = run_in(pilot, ["python", "-c", code, "score"], PILOT_DATABASE__URL="postgresql+psycopg://127.0.0.1/x")
    assert run.code == 2
    assert "`pilotline add postgres`" in run.err


def test_a_collector_that_is_down_is_one_warning_and_the_job_is_done(pilot, run_pilot, free_port):
    run = run_pilot(pilot, "score", "--json", offline=False, **traced(f"http://127.0.0.1:{free_port}/v1/traces"))
    assert run.code == 0, run.err
    assert json.loads(run.out)["scored"]["written"] > 0
    assert run.err.count("warning: traces do not arrive") == 1
    assert "Transient" not in run.err
    assert "Traceback" not in run.err
