"""Entry of ./dev. Only the standard library until the virtual environment exists."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.cli import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
