"""What tests of several marketplaces share."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def sandbox_url():
    """The address of a sandbox of our own. One process for all tests."""
    pytest.importorskip("werkzeug")
    pytest.importorskip("aiosmtpd")
    if not (ROOT / "sandbox" / "__main__.py").exists():
        pytest.skip("no sandbox in this checkout")
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0", "--life", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        assert line.startswith("sandbox ready"), "the sandbox did not start"
        yield line.split()[2]
        process.terminate()
