"""A cluster: the team's overlay with the image by its digest, applied and waited for."""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .environments import Environment
from .image import Image
from .ledger import RECEIPTS, write_whole
from .running import run

KUBECONFIG: Final = "RELEASE_KUBECONFIG"
"""Holds the whole file, as a CI gives a secret; without it kubectl finds its own."""


class KubernetesTarget:
    """One namespace of a cluster; the ledger is a ConfigMap there."""

    def __init__(self, root: Path, distribution: str, environment: Environment) -> None:
        self._root = root
        self._name = distribution
        self._environment = environment

    def read(self) -> str:
        """Read the ledger from its ConfigMap."""
        said = self._kubectl("get", "configmap", f"{self._name}-release", "--ignore-not-found", "--output", "json")
        return str(json.loads(said)["data"]["release.json"]) if said.strip() else ""

    def write(self, text: str) -> None:
        """Write it there."""
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"{self._name}-release"},
            "data": {"release.json": text},
        }
        self._kubectl("apply", "--filename", "-", given=json.dumps(body))

    def fetch(self, image: Image) -> None:
        """Let the cluster's own server judge what would be applied; nodes pull when they start it."""
        self._kubectl("apply", "--dry-run=server", "--kustomize", str(self._overlay(image)))

    def switch(self, image: Image) -> None:
        """Apply the overlay by that image, and wait until what answers was replaced."""
        self._kubectl("apply", "--kustomize", str(self._overlay(image)))
        if self._environment.url:
            limit = f"--timeout={int(self._environment.patience)}s"
            self._kubectl("rollout", "status", f"deployment/{self._name}", limit)

    def ended(self) -> str:
        """Leave that to whoever waited for it to be ready."""
        return ""

    def command(self, image: Image, words: Sequence[str], seconds: float) -> None:
        """Run it in a job made of the pilot's own, so that image, secrets and volume are those of production."""
        job = f"{self._name}-smoke-{image.short}"
        made = self._kubectl(
            "create", "job", job, f"--from=cronjob/{self._name}-run", "--dry-run=client", "--output", "json"
        )
        body = json.loads(made)
        body["spec"]["template"]["spec"]["containers"][0]["args"] = list(words)
        body["spec"] |= {"backoffLimit": 0, "ttlSecondsAfterFinished": 3600}
        self._kubectl("delete", "job", job, "--ignore-not-found", "--wait=true")
        self._kubectl("create", "--filename", "-", given=json.dumps(body))
        self._kubectl("wait", "--for=condition=complete", f"job/{job}", f"--timeout={int(seconds)}s")

    def _overlay(self, image: Image) -> Path:
        """Write an overlay upon the team's that says which image; theirs is left as it is."""
        folder = self._root / RECEIPTS / self._environment.name
        above = os.path.relpath(self._root / self._environment.overlay, folder)
        named = {"name": self._name, "newName": image.untagged, "digest": image.digest}
        head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
        write_whole(folder / "kustomization.yaml", json.dumps({**head, "resources": [above], "images": [named]}) + "\n")
        return folder

    def _kubectl(self, *words: str, given: str | None = None) -> str:
        with _signed_in() as how:
            command = ["kubectl", *how, "--namespace", self._environment.namespace, *words]
            return run(command, cwd=self._root, given=given)


@contextmanager
def _signed_in() -> Iterator[tuple[str, ...]]:
    """Give kubectl the file that the environment holds, for as long as it runs."""
    content = os.environ.get(KUBECONFIG)
    if not content:
        yield ()
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:  # only its owner reads it
        file.write(content)
        file.flush()
        yield "--kubeconfig", file.name
