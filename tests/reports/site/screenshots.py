"""`make screenshots`: pictures of every kind of page, in a wide and a narrow window, light and dark.

    python -m tests.reports.site.screenshots DATA OUT [PART-OF-NAME …]

DATA is a data folder with a published file; the site is written from it by the templates as they are now.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.reports.site.browser import SCHEMES, WIDTHS, launch, page_kinds, read, write_site


def main(data: Path, out: Path, *parts: str) -> None:
    """Take the pictures; `parts` choose pages by a part of their names."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, launch() as browser:
        site = write_site(data, Path(folder))
        pages = [page for page in page_kinds(site) if not parts or any(part in page for part in parts)]
        for width in WIDTHS:
            for scheme in SCHEMES:
                with read(browser, site.as_uri(), width=width, scheme=scheme) as reader:
                    for page in pages:
                        name = f"{page.removesuffix('.html').replace('/', '.')}.{width}.{scheme}.png"
                        reader.open(page).screenshot(path=out / name, full_page=True)
        print(f"{len(pages)} pages, {len(pages) * len(WIDTHS) * len(SCHEMES)} pictures in {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
