from __future__ import annotations

from pathlib import Path

import pytest

from transforms.text.disk_cache import write_cache
from transforms.text.phrases import Phrases


def find() -> list[tuple[int, int, int]]:
    """What a process that has compiled nothing yet finds."""
    return Phrases([r"\bpython\b", "sql"], has_starts=True).find(b"python and sql")


def test_what_is_compiled_is_kept_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next process reads what the first compiled; a file cut short, or of another processor, is made anew."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = find()
    assert found == [(0, 6, 0), (11, 14, 1)]
    (path,) = (tmp_path / "ai-job-market").iterdir()
    whole, time = path.read_bytes(), path.stat().st_mtime_ns
    assert find() == found and path.stat().st_mtime_ns == time
    path.write_bytes(whole[: len(whole) // 2])
    assert find() == found and path.read_bytes() == whole
    write_cache(path, b"of another processor")
    assert find() == found and path.read_bytes() == whole


def test_other_expressions_are_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for expressions, has_starts in (["sql"], True), (["sql"], False), (["python"], True):
        Phrases(expressions, has_starts=has_starts).find(b"")
    assert len(list((tmp_path / "ai-job-market").iterdir())) == 3


def test_where_nothing_can_be_kept_it_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert find() == [(0, 6, 0), (11, 14, 1)]
