"""The tests' own surroundings: nobody's settings, nobody's Prefect, no telemetry."""

from __future__ import annotations

import os
import tempfile

for name in [name for name in os.environ if name.startswith(("JOBMARKET_", "PREFECT_"))]:
    del os.environ[name]

# Both libraries read these when they are imported, which test modules do on being collected.
os.environ.update(
    PREFECT_HOME=tempfile.mkdtemp(prefix="prefect-of-tests-"),
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    PREFECT_LOGGING_TO_API_ENABLED="false",
    GX_ANALYTICS_ENABLED="false",
    DO_NOT_TRACK="1",
)
