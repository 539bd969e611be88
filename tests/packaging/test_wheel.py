"""What is shipped is whole: a wheel from the sdist's files needs neither npm nor a checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from daywork.ground import places

ROOT = Path(__file__).resolve().parents[2]
IGNORE = shutil.ignore_patterns("__pycache__", "node_modules", "dist", "dist.building")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy that looks like an unpacked sdist, with npm out of reach."""
    source = tmp_path_factory.mktemp("sdist")
    for folder in ("backend", "migrations", "pwa"):
        shutil.copytree(ROOT / folder, source / folder, ignore=IGNORE)
    for name in ("pyproject.toml", "README.md", "hatch_build.py"):
        shutil.copy(ROOT / name, source / name)
    (source / "PKG-INFO").write_text("Metadata-Version: 2.4\nName: daywork\nVersion: 0.1.0\n")
    built = source / "pwa" / "dist" / "assets"
    built.mkdir(parents=True)
    (built.parent / "assets.json").write_text('{"app.css": "/assets/app.1.css"}')
    (built / "app.1.css").write_text("")
    target = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=source,
        env=os.environ | {"npm_config_registry": "http://127.0.0.1:1/"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = target.glob("*.whl")
    return found


def test_the_wheel_holds_what_the_program_looks_for(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as parts:
        names = set(parts.namelist())
    assert "daywork/_pwa/dist/assets.json" in names
    assert "daywork/_pwa/dist/assets/app.1.css" in names
    for folder, shipped in (
        (places.PWA / "templates", "_pwa/templates"),
        (places.MIGRATIONS, "_migrations"),
    ):
        for path in folder.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"daywork/{shipped}/{path.relative_to(folder).as_posix()}" in names


def test_the_wheel_holds_nothing_of_the_workshop(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as parts:
        names = parts.namelist()
    for word in ("__pycache__", "node_modules", ".venv", "tests/", ".daywork"):
        assert not [name for name in names if word in name]


def test_what_is_unpacked_runs_without_a_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as parts:
        parts.extractall(tmp_path)
    look = "from daywork.ground import places, migrations; print(places.CHECKOUT, places.PWA)"
    look += "; print(len(migrations.known()))"
    said = subprocess.run(
        [sys.executable, "-c", look],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr
    first, second = said.stdout.splitlines()
    assert first == f"None {tmp_path / 'daywork' / '_pwa'}"
    assert int(second) >= 1


def test_no_lock_names_a_registry() -> None:
    for name in (
        "requirements.lock",
        "requirements-build.lock",
        "requirements-dev.lock",
        "pwa/package-lock.json",
        "pwa/.npmrc",
    ):
        text = (ROOT / name).read_text()
        assert "resolved" not in text or name.endswith(".npmrc"), name
        assert "index-url" not in text, name
        if name.endswith(".lock"):
            assert "://" not in text, name


def test_every_pinned_package_has_its_hash() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        for block in lock.read_text().split("\n\n"):
            lines = [
                line for line in block.splitlines() if line and not line.startswith(("#", " "))
            ]
            assert all(line.endswith("\\") for line in lines), lock.name
