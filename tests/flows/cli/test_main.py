"""What a user can put right is one line, whichever command meets it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from flows.terminal.errors import USAGE

REPO = Path(__file__).parents[3]


def test_a_claim_that_cannot_be_read_is_named_with_its_key(tmp_path: Path) -> None:
    """In a copy of the packages, since claims are read when figures are declared."""
    for name in ("flows", "reports", "warehouse", "transforms", "extractors"):
        shutil.copytree(REPO / name, tmp_path / name, ignore=shutil.ignore_patterns("recordings", "__pycache__"))
    claims = tmp_path / "reports" / "figures" / "claims.toml"
    claims.write_text(claims.read_text(encoding="utf-8").replace("verify_by =", "verify_bye =", 1), encoding="utf-8")
    (tmp_path / "guide.md").write_text("<!-- figures:sources -->\n<!-- /figures:sources -->\n")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from flows.cli.main import main; main()"
    command = [sys.executable, "-c", script, "run", "--sample", "--guide", "guide.md"]
    result = subprocess.run(
        command,
        cwd=tmp_path,
        env={"JOBMARKET_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    output = " ".join((result.stdout + result.stderr).split())
    assert "Traceback" not in output
    assert result.returncode == USAGE, output
    assert "verify_bye" in output
    assert "claims.toml" in output
