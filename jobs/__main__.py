"""`python -m jobs …`, and the script that spark-submit is given."""

import sys
from pathlib import Path

# spark-submit puts this folder first on the path, where `jobs` itself cannot be found.
_HERE = str(Path(__file__).resolve().parent)
sys.path[:] = [str(Path(_HERE).parent), *[entry for entry in sys.path if entry != _HERE]]

from jobs.cli import main  # noqa: E402  (needs the path above)

if __name__ == "__main__":
    sys.exit(main())
