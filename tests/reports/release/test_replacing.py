"""Which folders a release replaces, and what beside them stays untouched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reports.release.manifest import ReleaseError, find_faults, list_files, refuse_inside
from tests.reports.release.conftest import DAY, NEXT, release
from warehouse.publish.atomic_files import MARK


def test_what_others_keep_beside_a_release_stays(published: Path, tmp_path: Path) -> None:
    beside = ("release.new", "release.old", ".release.part", ".release.old", ".release.x", ".releases.x")
    for name in beside:
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.txt").write_text("mine")
    (tmp_path / ".release.x" / MARK).write_text("another place")
    (tmp_path / ".releases.x" / MARK).write_text("release")
    result = release(published, tmp_path / "release")
    assert result.is_new and not list(find_faults(tmp_path / "release"))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*beside, "release"])
    assert all((tmp_path / name / "thesis.txt").read_text() == "mine" for name in beside)


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("thesis.txt", "mine", "holds files that do not belong to a release; name another folder"),
        ("manifest.json", '{"name": "My App", "icons": []}', r"another folder \(manifest.json: format: "),
        ("manifest.json", '{"format": 3}', r"another folder \(manifest.json: release: "),
    ],
)
def test_a_folder_that_is_no_release_of_ours_stays(
    path: str, content: str, words: str, published: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / path).write_text(content)
    with pytest.raises(ReleaseError, match=words):
        release(published, folder)
    assert list_files(tmp_path) == [f"release/{path}"] and (folder / path).read_text() == content


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("CNAME", "CNAME: not in the manifest"),
        (f"figures/{DAY}/index.json", f"figures/{DAY}/index.json: SHA-256 is"),
        (f"releases/{DAY}.json", f"releases/{DAY}.json: SHA-256 is .*the chain is broken"),
        (f"releases/{NEXT}.json", f"releases/{NEXT}.json: SHA-256 is"),
    ],
)
def test_no_release_follows_one_whose_files_would_be_lost_or_taken_over_forged(
    path: str, words: str, chained: Path, published_next: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(chained, tmp_path / "release"))
    (folder / path).write_text("another")
    before = list_files(tmp_path)
    with pytest.raises(ReleaseError, match=words):
        release(published_next, folder)
    assert list_files(tmp_path) == before and (folder / path).read_text() == "another"


def test_the_same_release_again_mends_what_was_damaged(published: Path, released: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(released, tmp_path / "release"))
    (folder / "llms.txt").write_text("another")
    assert release(published, folder).is_new and not list(find_faults(folder))
    assert (folder / "manifest.json").read_bytes() == (released / "manifest.json").read_bytes()


def test_no_release_is_made_inside_another(released: Path, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=f"is inside the release in {released}; choose another folder"):
        refuse_inside(released / "more" / "inner")
    refuse_inside(tmp_path / "inner")


def test_a_folder_with_nothing_but_files_of_a_system_is_empty(published: Path, tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    (tmp_path / "release/.DS_Store").write_bytes(b"x")
    assert release(published, tmp_path / "release").is_new
