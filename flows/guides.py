"""What can be said of guides before a night: here, and not beside the night, so that Prefect is not imported yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows.errors import unwritten
from reports import figures, guide
from transforms.lookup import countries


def faults(guides: Sequence[Path], *, is_sample: bool, roots: Sequence[Path], allow_sample_outside: bool) -> list[str]:
    """All that is wrong with guides to be refreshed, as far as it does not depend on the figures of the night."""
    known = {figure.id for figure in figures.FIGURES}
    known |= {figures.entry_figure(country.country, country.name).id for country in countries()}
    found = []
    for path in guides:
        try:
            guide.check(path, known, is_sample=is_sample, roots=roots, allow_sample_outside=allow_sample_outside)
        except (guide.GuideError, guide.SampleOutsideError) as error:
            found.append(str(error))
        except OSError as error:
            found.append(unwritten(error))
    return found
