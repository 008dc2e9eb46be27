"""The nightly schedule: a Prefect server with its page, and the flow served on a cron schedule."""

from __future__ import annotations

import logging
from zoneinfo import available_timezones

from prefect import flow
from prefect.schedules import Cron, Schedule
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.errors import WrongUsage, near
from flows.lock import held
from flows.nightly import Outcome, Request, nightly
from flows.runs import on_record
from flows.server import lasting_server
from flows.settings import Settings, settings

LOG = logging.getLogger("jobmarket")


class NothingPublished(RuntimeError):  # noqa: N818  # says what happened
    """The night ended without publishing; what was published before still stands."""


@flow(name="scheduled night")
def scheduled_night(sources: list[str]) -> Outcome:
    """One scheduled night over the configured data folder; one that finds the folder in use is on record too."""
    config = settings()
    request = Request(settings=config, command="jobmarket serve", sources=tuple(sources), is_live=True)
    with on_record(config.data, run_id=request.run_id, command=request.command) as ended, held(config.data):
        outcome = nightly(request)
        ended(**outcome.on_record)
    if outcome.exit_code == 1:
        raise NothingPublished("; ".join(outcome.messages))
    return outcome


def schedule_for(cron: str, timezone: str) -> Schedule:
    """The schedule of a cron expression in a time zone. Raises `WrongUsage` that says what is wrong with them."""
    zones = available_timezones()
    if timezone not in zones:
        raise WrongUsage(
            f"--timezone {timezone}: no such time zone; "
            f"an IANA name such as Europe/Berlin expected{near(timezone, zones)}"
        )
    try:
        return Cron(cron, timezone=timezone)
    except ValueError as error:
        raise WrongUsage(
            f'--cron "{cron}" is no cron expression; minute, hour, day, month and weekday expected, '
            'for example "0 2 * * *" for every night at two'
        ) from error


def serve(settings: Settings, *, schedule: Schedule, port: int, sources: tuple[str, ...]) -> None:
    """Serve the night on a schedule until interrupted. The page of Prefect's server shows every run."""
    cron, timezone = schedule.cron or "", schedule.timezone or "UTC"
    with (
        lasting_server(settings.prefect_home, port=port, cron=cron, timezone=timezone) as url,
        temporary_settings({PREFECT_API_URL: url}),  # Prefect read the environment when it was imported
    ):
        LOG.info('serving the night "%s", %s; its page: %s', cron, timezone, url.removesuffix("/api"))
        scheduled_night.serve(name="nightly", schedule=schedule, parameters={"sources": list(sources)}, limit=1)
