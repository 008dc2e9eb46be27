from __future__ import annotations

import os
from pathlib import Path

import pytest

from transforms.text.disk_cache import MAX_AGE, cache_path, read_cached, write_cache


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:-1], lambda b: b + b"x", lambda b: b"x" * len(b)])
def test_what_is_not_whole_is_not_read(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "skills-1.x"
    assert read_cached(path) is None
    write_cache(path, b"content")
    assert read_cached(path) == b"content"
    assert callable(damage)
    path.write_bytes(damage(path.read_bytes()))
    assert read_cached(path) is None


def test_a_file_is_named_by_what_it_is_made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one, other = (cache_path("skills", ".x", parts) for parts in ([b"a", b"b"], [b"a", b"c"]))
    assert one != other
    assert one == cache_path("skills", ".x", [b"a", b"b"])
    assert one.parent == tmp_path / "ai-job-market"


def test_the_folder_drops_what_is_old(tmp_path: Path) -> None:
    """Files of a kind that other versions made stay a month, and files of no or another kind for good."""
    young, old, cut, alien, other = (
        tmp_path / name
        for name in ("skills-1.hyperscan", "skills-2.hyperscan", "skills-3.part", "x", "gazetteer-5.json")
    )
    for path in (young, old, cut, alien, other):
        path.touch()
    now = young.stat().st_mtime
    for path, age in ((young, 0.9), (old, 1.1), (cut, 1.1), (alien, 1.1), (other, 1.1)):
        os.utime(path, (now, now - age * MAX_AGE))
    fresh = tmp_path / "skills-4.hyperscan"
    write_cache(fresh, b"content")
    assert set(tmp_path.iterdir()) == {young, alien, other, fresh}
    assert read_cached(fresh) == b"content"
