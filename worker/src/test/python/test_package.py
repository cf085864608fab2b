"""The package as people install it, and the one file that a worker delivers."""

import importlib.util
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import RESOURCES
from test_protocol import TOY, FakeWorker

SOURCE = Path(__file__).parents[2] / "main" / "python"
ROOT = SOURCE.parents[3]

# Three numbers that Python's own generator moves; told to, it ends itself in the middle.
SCRIPT = """
import os, random, signal, sys
import baton

job = baton.job(epochs=2, seed=1)
state = {"w": random.random()}
run = baton.resume(state=state)
for x in run.batches([1.0, 2.0, 3.0, 4.0]):
    state["w"] -= 0.1 * (state["w"] - x * random.random())
    run.step(loss=state["w"])
    if sys.argv[1:] == ["halt"] and run.position == (1, 1):
        os.kill(os.getpid(), signal.SIGTERM)
print("package" if hasattr(baton, "__path__") else "file", state["w"])
"""


def test_the_delivered_file_is_made_of_the_modules() -> None:
    subprocess.run([sys.executable, str(SOURCE / "single.py"), "--check"], check=True)


def test_the_version_is_the_projects() -> None:
    project = (ROOT / "pom.xml").read_text(encoding="utf-8")
    package = (SOURCE / "baton" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r"<version>([0-9.]+)(-SNAPSHOT)?</version>", project)
    assert version and '__version__ = "%s"' % version.group(1) in package


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: Any) -> Path:
    """Built from a copy, so that the checkout stays clean, and without asking the network."""
    for needed in ("pip", "setuptools"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip("%s has no %s to build a wheel with" % (sys.executable, needed))
    folder = tmp_path_factory.mktemp("wheel")
    unwanted = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    shutil.copytree(SOURCE, folder / "source", ignore=unwanted)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-index", "--no-build-isolation"]
    subprocess.run(
        build + ["--no-deps", "-w", str(folder), str(folder / "source")],
        check=True, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: Any) -> Path:
    """The Python of a fresh environment with nothing but the wheel in it."""
    home = tmp_path_factory.mktemp("environment")
    try:
        venv.create(home, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError:
        pytest.skip("%s cannot make environments with pip" % sys.executable)
    python = home / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "-q", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True)
    return python


def test_the_wheel_holds_the_package_its_types_and_its_licence(wheel: Path) -> None:
    version = re.findall('__version__ = "(.*)"', (SOURCE / "baton" / "__init__.py").read_text())[0]
    assert wheel.name == "baton_relay-%s-py3-none-any.whl" % version
    names = zipfile.ZipFile(wheel).namelist()
    modules = {"baton/" + path.name for path in (SOURCE / "baton").glob("*.py")}
    assert {n for n in names if n.startswith("baton/")} == modules | {"baton/py.typed"}
    assert any(name.endswith("/LICENSE") for name in names)


def test_a_script_runs_by_hand_with_the_installed_package(python: Path, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)

    def train(folder: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(python), "../train.py", *arguments],
            cwd=tmp_path / folder, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"},
        )  # fmt: skip

    (tmp_path / "unbroken").mkdir()
    (tmp_path / "halted").mkdir()
    unbroken = train("unbroken")
    assert unbroken.returncode == 0 and unbroken.stdout.startswith("package "), unbroken.stderr

    halted = train("halted", "halt")
    assert halted.returncode != 0 and "package" not in halted.stdout, halted.stderr
    assert train("halted").stdout == unbroken.stdout


def test_what_a_worker_delivers_comes_before_an_installed_package(
    python: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(sys, "executable", str(python))
    told = tmp_path / "told"
    which = "\nopen(%r, 'w').write(baton.__file__)\nstate" % str(told)
    worker = FakeWorker(tmp_path, TOY.replace("\nstate", which, 1))
    try:
        worker.start()
        assert told.read_text() == str(RESOURCES / "baton.py")
    finally:
        worker.close()
