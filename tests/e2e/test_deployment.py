"""What a pilot is deployed with: judged by others' tools, as no cluster runs here."""

import shutil
import subprocess

import pytest
import yaml

from tests.e2e.test_derived import read_yaml
from tests.e2e.test_judges import judge
from tests.pilot_environment import MAXIMAL


@pytest.fixture(params=[{}, {"architecture": "realtime_scoring"}, MAXIMAL], ids=["jobs", "a service", "maximal"])
def manifests(render_pilot, request):
    return render_pilot(**{**request.param, "prepared_for": "production"}) / "ops/deploy/kubernetes"


def test_kubernetes_accepts_the_manifests(manifests):
    """By the schemas of a package, as no cluster runs here; `strict` refuses a field that there is not."""
    files = sorted(path.name for path in manifests.glob("*.yaml") if path.name != "kustomization.yaml")
    judge("kubernetes-validate", "--strict", *files, cwd=manifests)
    assert sorted(read_yaml(manifests / "kustomization.yaml")["resources"]) == files


def test_no_container_has_more_rights_than_it_needs_and_all_of_them_the_secrets_by_reference(manifests):
    documents = [each for path in manifests.glob("*.yaml") for each in yaml.safe_load_all(path.read_text()) if each]
    specs = [spec for document in documents for spec in pods_of(document)]
    assert len(specs) == (3 if (manifests / "service.yaml").exists() else 2)
    for spec in specs:
        (container,) = spec["containers"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["envFrom"] == [{"secretRef": {"name": container["image"]}}]
        assert not any("PASSWORD" in item["name"] or "__URL" in item["name"] for item in container["env"])
    written = {mount["mountPath"] for spec in specs for mount in spec["containers"][0]["volumeMounts"]}
    assert written == {"/pilot/var", "/tmp"}
    named = (manifests.parents[1] / "secrets.env.example").read_text().splitlines()
    assert all(line.startswith("#") or line.endswith("=") for line in named), "no value stands there"


def pods_of(document):
    """Find the pods that a document describes."""
    spec = document.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    return [spec["template"]["spec"]] if "template" in spec else []


def test_an_overlay_with_a_digest_is_what_kubectl_makes_of_them(manifests, tmp_path):
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    digest = f"sha256:{'0' * 64}"
    shutil.copytree(manifests, tmp_path / "base")
    image = read_yaml(manifests / "storage.yaml")["metadata"]["name"]
    overlay = {"resources": ["../base"], "images": [{"name": image, "newName": "registry/x", "digest": digest}]}
    (tmp_path / "production").mkdir()
    (tmp_path / "production/kustomization.yaml").write_text(yaml.safe_dump(overlay))
    command = ["kubectl", "kustomize", "production"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    documents = list(yaml.safe_load_all(made))
    specs = [spec for document in documents for spec in pods_of(document)]
    assert {spec["containers"][0]["image"] for spec in specs} == {f"registry/x@{digest}"}
    labels = {document["metadata"]["labels"]["app.kubernetes.io/name"] for document in documents}
    assert labels == {image}


def test_a_host_starts_the_jobs_when_a_cluster_does(manifests):
    jobs = {
        job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["args"][0]: job["spec"]["schedule"]
        for job in yaml.safe_load_all((manifests / "jobs.yaml").read_text())
    }
    lines = [line for line in (manifests.parent / "crontab").read_text().splitlines() if line[0].isdigit()]
    started = {line.split(" pilot ")[1].split()[0]: " ".join(line.split()[:5]) for line in lines}
    assert jobs == {name: started[name] for name in ("run", "forget")}
    assert set(started) - set(jobs) == {"backup"}


def test_on_a_host_the_image_has_no_more_rights_than_it_needs(manifests):
    """What compose itself says of the file cannot be had here: no container engine runs."""
    file = manifests.parent / "compose.yaml"
    judge("check-jsonschema", "--builtin-schema", "vendor.compose-spec", file, cwd=file.parent)
    pilot = read_yaml(file)["services"]["pilot"]
    assert (pilot["user"], pilot["read_only"], pilot["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert pilot["image"].startswith("${PILOT_IMAGE:?"), "without a release there is nothing to start"
    assert all(port.startswith("127.0.0.1:") for port in pilot.get("ports", ()))
    assert not any("PASSWORD" in name or "__URL" in name for name in pilot["environment"])
