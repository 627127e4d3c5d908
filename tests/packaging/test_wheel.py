"""What people install is what we mean to ship, and it works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = [
    pytest.mark.slow,
    # One process builds and installs; the others need not do it again.
    pytest.mark.xdist_group("packaging"),
]

ROOT = Path(__file__).resolve().parents[2]
VERSION_FILES = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
NO_CREDENTIAL = 3
"""Exit code of ``provkit verify`` for a file without a credential."""


class Built(NamedTuple):
    wheel: Path
    sdist: Path


class Installed(NamedTuple):
    bin: Path
    folder: Path
    """An empty folder to run in, so that nothing of the checkout is found by chance."""

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PYTEST", "PROVKIT", "VIRTUAL_ENV"))
        }
        return subprocess.run(
            [str(self.bin / program), *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


def _must(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The source archive, and the wheel built from that archive as an installer would."""
    out = tmp_path_factory.mktemp("dist")
    _must(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT)
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return Built(wheel, sdist)


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an empty environment, with the locked packages it asks for."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    _must(sys.executable, "-m", "venv", environment)
    pip = (environment / "bin" / "python", "-m", "pip", "install", "-qq")
    _must(*pip, "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt")
    _must(*pip, "--no-deps", "--no-index", built.wheel)
    return Installed(environment / "bin", tmp_path_factory.mktemp("elsewhere"))


def _tracked(folder: str, pattern: str) -> set[str]:
    found = {
        path.relative_to(ROOT / folder).as_posix()
        for path in (ROOT / folder).rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert found, f"nothing like {pattern} below {folder}: the test looks in the wrong place"
    return found


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def test_wheel_holds_the_two_packages_and_its_metadata_only(built: Built) -> None:
    names = _names(built.wheel)
    info = "-".join(built.wheel.name.split("-")[:2]) + ".dist-info"
    assert {name.split("/")[0] for name in names} == {"provkit", "provkit_cli", info}
    assert {name.removeprefix(f"{info}/") for name in names if name.startswith(info)} == set(VERSION_FILES)


def test_wheel_holds_every_module_and_data_file(built: Built) -> None:
    names = _names(built.wheel)
    for pattern in ("*.py", "*.pem", "*.json", "py.typed"):
        assert {f"provkit/{name}" for name in _tracked("provkit", pattern)} <= names
    assert {f"provkit_cli/{name}" for name in _tracked("cli/provkit_cli", "*.py")} <= names
    assert "provkit_cli/py.typed" in names
    assert any(name.startswith("provkit/trust/lists/") and name.endswith(".pem") for name in names)


def test_wheel_holds_no_tests_and_nothing_compiled(built: Built) -> None:
    strays = {
        name
        for name in _names(built.wheel)
        if "tests" in name.split("/") or name.endswith((".pyc", ".key")) or "conftest" in name
    }
    assert not strays


def test_source_archive_holds_what_its_list_says(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {member.name for member in archive.getmembers() if member.isfile()}
    top = {name.split("/")[1] for name in names}
    folders = {"provkit", "cli", "schemas", "spec", "tests", "docs", "deploy"}
    asked = {".pre-commit-hooks.yaml", "LICENSE", "README.md", "pyproject.toml", *folders}
    # A folder without a file cannot be packed.
    expected = {
        name
        for name in asked
        if (ROOT / name).is_file() or any(path.is_file() for path in (ROOT / name).rglob("*"))
    }
    # hatchling always adds the last two.
    assert top == expected | {"PKG-INFO", ".gitignore"}
    assert not {name for name in names if "__pycache__" in name or name.endswith(".pyc")}


def test_every_installed_package_finds_what_it_needs(installed: Installed) -> None:
    done = installed.run("python", "-m", "pip", "check")
    assert done.returncode == 0, done.stdout


def test_import_comes_from_the_installed_wheel(installed: Installed) -> None:
    done = installed.run("python", "-I", "-c", "import provkit; print(provkit.__version__, provkit.__file__)")
    assert done.returncode == 0, done.stderr
    version, file = done.stdout.split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version == project["version"]
    assert Path(file).is_relative_to(installed.bin.parent)


def test_help_is_shown(installed: Installed) -> None:
    done = installed.run("provkit", "--help")
    assert done.returncode == 0, done.stderr
    assert "verify" in done.stdout


def test_unsigned_text_has_its_own_exit_code(installed: Installed) -> None:
    (installed.folder / "plain.txt").write_text("nothing here is signed\n", encoding="utf-8")
    done = installed.run("provkit", "verify", "plain.txt")
    assert done.returncode == NO_CREDENTIAL, done.stderr
    assert "unsigned" in done.stdout


def test_bundled_trust_lists_load_from_the_wheel(installed: Installed) -> None:
    done = installed.run("python", "-I", "-c", "import provkit; provkit.TrustStore.bundled()")
    assert done.returncode == 0, done.stderr
