"""`python -m tests.bench`: every measurement of this folder, one after another. Refuses to judge: it prints, people compare.

Names of single measurements may follow, as in `python -m tests.bench push`.
"""

import importlib
import pkgutil
import sys

from tests import bench

PREFIX = "bench_"


def main(wanted: list[str]) -> int:
    """Run the measurements named, or all; 2 when a name is unknown."""
    known = [found.name.removeprefix(PREFIX) for found in pkgutil.iter_modules(bench.__path__) if found.name.startswith(PREFIX)]
    unknown = set(wanted) - set(known)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    for name in wanted or known:
        print(f"== {name}", flush=True)
        importlib.import_module(f"tests.bench.{PREFIX}{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
