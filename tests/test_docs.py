"""Pages name files that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "docs/design.md", "docs/glossary.md", "docs/markers.md", "docs/mcp.md")
FOLDERS = ("transforms", "warehouse", "extractors", "reports", "flows", "tests", "docs")
NAMED = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./*]+)`|\]\(((?:\.\./)?[\w./]+\.md)(?:#[\w-]+)?\)")


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_files_that_there_are(page: str) -> None:
    path = ROOT / page
    missing = []
    for in_code, link in NAMED.findall(path.read_text(encoding="utf-8")):
        place = path.parent / link if link else ROOT / in_code
        if not list(place.parent.glob(place.name)):
            missing.append(in_code or link)
    assert not missing
