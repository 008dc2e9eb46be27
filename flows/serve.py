"""Run the night on a cron schedule, with a Prefect server and its page."""

from __future__ import annotations

import functools
import logging
from zoneinfo import available_timezones

from prefect import flow
from prefect.runtime import flow_run
from prefect.schedules import Cron, Schedule
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.engine.prefect_server import crash_ended
from flows.engine.schedule_server import run_schedule_server
from flows.nightly import nightly
from flows.notification.night import reporting
from flows.runs.run_log import find_ended_runs, on_record
from flows.runs.run_record import Outcome, Request, describe_offline, keep_published_outcome, new_run_id
from flows.runtime.clock import FalseClock, Outlook, look_out
from flows.runtime.data_kind import LIVE, settle_kind
from flows.runtime.limits import check_limits
from flows.runtime.lock import hold_folder
from flows.runtime.permissions import choose_sources
from flows.runtime.settings import Settings, find_values, settings, usable_settings
from flows.runtime.trouble import refuse_unreachable
from flows.terminal.errors import WrongUsage, suggest

LOG = logging.getLogger("jobmarket")


class NothingPublished(RuntimeError):  # noqa: N818  # says what happened
    """The night ended without publishing; earlier published files are unchanged."""


COMMAND = "jobmarket serve"


@functools.cache
def run_id_of(flow_run_id: str) -> str:
    """Return our run id for a flow run of Prefect: a new id, and on further calls the same."""
    return new_run_id()


def name_night() -> str:
    """Return the name of a scheduled night's flow run, in the form of `RUN_NAME`."""
    return f"{COMMAND} ({run_id_of(flow_run.id)})"


@flow(name="scheduled night", flow_run_name=name_night)
def scheduled_night(sources: list[str]) -> Outcome:
    """Run one night with the current settings. `sources` are those of `serve --source`, or [] without the option.

    A night that finds the folder in use, or an invalid setting, is also recorded and reported. A night with a wrong
    clock is not a run: it is logged, raises `FalseClock`, and sends no heartbeat.
    """
    seen = _look_out(sources)
    run_id = run_id_of(flow_run.id) if flow_run.id else new_run_id()
    data = find_values({})[0]["data"].value
    with (
        reporting(usable_settings, run_id=run_id) as report,
        on_record(data, run_id=run_id, command=COMMAND) as note_end,
        hold_folder(data),
    ):
        config = settings(sources_on=sources)
        refuse_unreachable(config)
        check_limits(config)
        request = Request(
            settings=config,
            command=COMMAND,
            sources=choose_sources(config),
            guides=config.guides,
            is_live=True,
            run_id=run_id,
            **seen._asdict(),
        )
        settle_kind(config, LIVE)
        try:
            outcome = describe_offline(request) if seen.unresolved else nightly(request)
        except Exception as error:  # noqa: BLE001  # raised again unless the run published
            outcome = keep_published_outcome(request, error)
        note_end(**outcome.on_record)
        report(outcome)
    if outcome.exit_code == 1:
        raise NothingPublished("; ".join(outcome.messages))
    return outcome


def _look_out(sources: list[str]) -> Outlook:
    try:
        config = settings(sources_on=sources)
        return look_out(config, choose_sources(config), is_live=True)
    except FalseClock as error:
        LOG.error("the night was not started: %s", error)
        raise
    except WrongUsage:
        return Outlook()


def schedule_for(cron: str, timezone: str) -> Schedule:
    """Return the schedule of a cron expression in a time zone. Raise `WrongUsage` if either is invalid."""
    zones = available_timezones()
    if timezone not in zones:
        raise WrongUsage(
            f"--timezone {timezone}: no such time zone; "
            f"expected an IANA name such as Europe/Berlin{suggest(timezone, zones)}"
        )
    try:
        return Cron(cron, timezone=timezone)
    except ValueError as error:
        raise WrongUsage(
            f'--cron "{cron}" is not a cron expression; expected minute, hour, day, month and weekday, '
            'for example "0 2 * * *" for every night at two'
        ) from error


def serve_nights(settings: Settings, *, schedule: Schedule, port: int, sources: tuple[str, ...]) -> None:
    """Run the night on a schedule until interrupted. `sources` are as in `scheduled_night`."""
    cron, timezone = schedule.cron or "", schedule.timezone or "UTC"
    with (
        run_schedule_server(settings.prefect_home, port=port, cron=cron, timezone=timezone) as url,
        temporary_settings({PREFECT_API_URL: url}),  # because Prefect read the environment when it was imported
    ):
        LOG.info('serving the night "%s", %s; its page: %s', cron, timezone, url.removesuffix("/api"))
        crash_ended(find_ended_runs(settings.data))
        scheduled_night.serve(
            name="nightly",
            schedule=schedule,
            parameters={"sources": list(sources)},
            limit=1,
            pause_on_shutdown=False,  # otherwise the schedule would be paused at the next start
        )
