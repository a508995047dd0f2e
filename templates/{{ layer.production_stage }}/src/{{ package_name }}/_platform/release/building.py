"""Building once: an image that is pushed with its attestations and scanned, or a bundle of the same sources."""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Final

from .. import FOUND, PilotError
from .image import Image
from .ledger import RECEIPTS, write_whole
from .registry import TOKEN, USER, registry_of, sign_in
from .running import run

BUILT: Final = RECEIPTS / "image"
"""Names what was built last, for the jobs that deploy it."""
SCANNER: Final = (
    "docker.io/anchore/grype:v0.116.0@sha256:fd4ab4d1042b522c896e73bdf09ab8bf384fa417df99d6dd0d6e1008c7e7c821"
)
FORBIDDEN: Final = "high"
BUILDER: Final = "pilot-release"
PACKAGES: Final = Path("var", "sbom.cdx.json")
MODEL_AND_DATA: Final = Path("ops", "ml-bom.cdx.json")
BILL: Final = RECEIPTS / "bill.cdx.json"


def build(root: Path, name: str, tag: str) -> Image:
    """Build the image of these sources and push it, with its provenance and a bill of its packages attached."""
    sign_in(root, name)
    described = root / RECEIPTS / "build.json"
    described.parent.mkdir(parents=True, exist_ok=True)
    attached = ("--provenance=mode=max", "--sbom=true")
    words = ("--file", "ops/Dockerfile", "--push", *attached, "--tag", f"{name}:{tag}", "--metadata-file")
    _choose_builder(root)
    run(["docker", "buildx", "build", *words, str(described), "."], cwd=root)
    found = json.loads(described.read_text(encoding="utf-8"))
    image = Image.parse(f"{name}@{found['containerimage.digest']}")
    keep_built(root, image)
    return image


def _choose_builder(root: Path) -> None:
    """Choose the builder that can attach attestations; made where there is none yet."""
    try:
        run(["docker", "buildx", "use", BUILDER], cwd=root)
    except PilotError:
        words = ["docker", "buildx", "create", "--driver", "docker-container", "--name", BUILDER, "--use"]
        if os.environ.get("DOCKER_TLS_VERIFY"):  # docker as a service: buildx takes its keys from a context only
            run(["docker", "context", "create", BUILDER], cwd=root)
            words.append(BUILDER)
        run(words, cwd=root)


def scan(root: Path, image: Image) -> str:
    """Look for known vulnerabilities in an image; what can be mended and is grave stops the release.

    Raises:
        PilotError: It holds some.
    """
    authority = registry_of(image.name)
    signed = {"AUTHORITY": authority, "USERNAME": os.environ.get(USER, ""), "PASSWORD": os.environ.get(TOKEN, "")}
    handed = {f"GRYPE_REGISTRY_AUTH_{name}": value for name, value in signed.items() if signed["PASSWORD"]}
    names = [word for name in handed for word in ("--env", name)]
    wanted = ("--only-fixed", "--fail-on", FORBIDDEN)
    try:
        return run(["docker", "run", "--rm", *names, SCANNER, f"registry:{image}", *wanted], cwd=root, variables=handed)
    except PilotError as error:
        raise PilotError(f"{image} is not released: {error}", exit_code=FOUND) from error


def write_bill(root: Path) -> Path:
    """Put packages, model and data into one CycloneDX bill, so that one document is signed and asked.

    Raises:
        PilotError: One of the two was not made yet.
    """
    made = {PACKAGES: "nox -s sbom", MODEL_AND_DATA: "the pilot's command `bill`, and commit it"}
    missing = [f"{path} is missing: {how} makes it." for path, how in made.items() if not (root / path).is_file()]
    if missing:
        raise PilotError(" ".join(missing))
    packages, others = (json.loads((root / path).read_text(encoding="utf-8")) for path in made)
    packages["components"] = [*packages.get("components", ()), *others.get("components", ())]
    write_whole(root / BILL, json.dumps(packages, ensure_ascii=False, indent=1) + "\n")
    return BILL


def pack(root: Path) -> Image:
    """Pack what is committed as a bundle, for an environment without containers; the same commit gives the same one."""
    if run(["git", "status", "--porcelain", "--untracked-files=no"], cwd=root).strip():
        raise PilotError("There are uncommitted changes: commit them, as a bundle holds what is committed.")
    command = ["git", "-C", str(root), "archive", "--format=tar", "HEAD"]
    packed = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - fixed words
    digest = hashlib.sha256(packed).hexdigest()
    place = RECEIPTS / f"bundle-{digest[:12]}.tar"
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).write_bytes(packed)
    image = Image(place.as_posix(), f"sha256:{digest}")
    keep_built(root, image)
    return image


def keep_built(root: Path, image: Image) -> None:
    """Remember what was built, and tell GitHub's next step, which signs it, where one waits for it."""
    write_whole(root / BUILT, f"{image}\n")
    waiting = os.environ.get("GITHUB_OUTPUT")
    if waiting:
        with Path(waiting).open("a", encoding="utf-8") as outputs:
            outputs.write(f"name={image.untagged}\ndigest={image.digest}\n")


def read_built(root: Path) -> Image:
    """Read what was built last.

    Raises:
        PilotError: Nothing was built here.
    """
    path = root / BUILT
    if not path.is_file():
        raise PilotError("Nothing was built here: name an image with --image NAME@sha256:…, or build one.")
    return Image.parse(path.read_text(encoding="utf-8"))
