"""The command `notify`, which shows what a night would send or sends a test message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import settings
from flows.terminal.console import OUT, say
from flows.terminal.errors import Wrong, WrongUsage

if TYPE_CHECKING:
    from flows.runtime.settings import Settings


def notify(
    show: Annotated[
        bool, typer.Option("--show", help="Print the alerts of the last night that were not sent yet.")
    ] = False,
    test: Annotated[bool, typer.Option("--test", help="Send a test message by every channel.")] = False,
) -> None:
    """Show the alerts that wait to be sent, or send a test message.

    A night of live data sends one message if there are alerts: failures, sources without anything new, boards that
    are gone, figures that wait for review, claims to check again, articles with sentences that do not hold. It goes
    by webhook (`notify.webhook`) and by mail (`mail.to`), see flows/SETTINGS.md. An alert is sent once; it is sent
    again only if it has cleared and come back, or if its deadline has passed. `notify.heartbeat` is requested after
    each night that published, and at no other time.

    **Reads** the settings, runs.jsonl and market.duckdb. **Writes** nothing. **Sends** something only with --test.
    """
    if show == test:
        raise WrongUsage("notify: expected --show or --test")
    config = settings()
    if test:
        _send_test(config)
    else:
        _print_due(config)


def _send_test(config: Settings) -> None:
    from datetime import UTC, datetime

    from flows.notification.alerts import Night
    from flows.notification.delivery import deliver, list_channels
    from flows.notification.message import compose_test
    from flows.runs.run_record import new_run_id

    channels = list_channels(config)
    if not channels:
        raise WrongUsage("nothing to test: neither notify.webhook nor mail.to is set (see flows/SETTINGS.md)")
    message = compose_test(Night(run_id=new_run_id(), day=datetime.now(UTC).date(), exit_code=0))
    failures = []
    for name, send in channels.items():
        why = deliver(send, message)
        failures += [name] if why else []
        OUT.print(f"{name}: {f'not sent: {why}' if why else 'sent; look whether it arrived'}", highlight=False)
    if config.heartbeat is not None:
        OUT.print("heartbeat: not requested; only a night that published requests it", highlight=False)
    if failures:
        raise Wrong(
            f"not sent by {', '.join(failures)}; `jobmarket config show` lists the settings and where each is set"
        )


def _print_due(config: Settings) -> None:
    from flows.notification.night import find_last_night, show_night

    night = find_last_night(config)
    if night is None:
        raise Wrong(f"{config.data} has had no night yet; `jobmarket run` runs one")
    message, known = show_night(config, night)
    say(message.text if message else "Nothing is due that was not sent.")
    if known:
        OUT.print(f"Sent before and still so ({len(known):,}):", highlight=False)
    for alert in known:
        say(f"- {alert.subject}: {alert.words}\n  → {alert.remedy}")
