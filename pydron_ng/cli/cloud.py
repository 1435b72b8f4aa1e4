"""``pydron cloud``: which rented instances there are, and how to end them, from any machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from pydron_ng.backends.clouds.account import Access, Account, Instance
from pydron_ng.backends.remote.trouble import Trouble
from pydron_ng.cli.configured import broken
from pydron_ng.cli.words import Words


class Found(NamedTuple):
    """An instance, and who can end it."""

    instance: Instance
    account: Account


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which accounts are asked."""
    for option in (
        click.option("--region", default="", help="Its region, such as us-east-1."),
        click.option("--provider", default="", help="One that libcloud knows, such as ec2."),
        click.option(
            "--config",
            "path",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A pydron.conf whose cloud workers say where to look; else the one in force.",
        ),
    ):
        command = option(command)
    return command


@click.group(cls=Words, context_settings={"help_option_names": ["-h", "--help"]})
def cloud() -> None:
    """Show and end instances that pydron has rented."""


@cloud.command(
    "list",
    epilog="""\b
Examples:
  pydron cloud list
  pydron cloud list --provider ec2 --region us-east-1
""",
)
@_options
def list_(path: Path | None, provider: str, region: str) -> None:
    """Show all instances that carry pydron's label, whoever made them, and from where.

    Exit status: 0; 1 if somebody could not be asked; 2 if the configuration cannot be used.
    """
    accesses = _accesses(path, provider, region)
    found, troubles = _find(accesses)
    if found or not troubles:  # who was not asked may have some
        _show(found, "instances that pydron has rented")
    _leave(troubles)


@cloud.command(
    epilog="""\b
Examples:
  pydron cloud reap --expired                those past their time
  pydron cloud reap --session NAME           those of one run of a program
  pydron cloud reap --all --dry-run          which would be ended, running programs' ones too
""",
)
@click.option("--expired", is_flag=True, help="Those past the end that they were created with.")
@click.option("--session", default="", help="Those of one session, as list shows it.")
@click.option("--all", "all_", is_flag=True, help="All of them: running programs lose theirs.")
@click.option("--dry-run", is_flag=True, help="Only show which ones these are.")
@_options
def reap(
    expired: bool,
    session: str,
    all_: bool,
    dry_run: bool,
    path: Path | None,
    provider: str,
    region: str,
) -> None:
    """End instances that pydron has rented: --expired, --session or --all.

    Exit status: 0; 1 if one could not be ended; 2 if the configuration cannot be used.
    """
    if expired + bool(session) + all_ != 1:
        raise click.UsageError("say which ones: --expired, --session NAME or --all")
    accesses = _accesses(path, provider, region)
    found, troubles = _find(accesses)
    now = datetime.now(UTC)
    chosen = [
        one
        for one in found
        if all_
        or (session and one.instance.label.session == session)
        or (expired and _is_expired(one.instance, now))
    ]
    if dry_run:
        _show(chosen, "would be ended")
    else:
        failures = [(one, _end(one)) for one in chosen]
        _show([one for one, why in failures if why is None], "ended")
        troubles += [why for _, why in failures if why is not None]
    _leave(troubles)


# --- where ---


def _accesses(path: Path | None, provider: str, region: str) -> list[Access]:
    from pydron_ng.backends.cloud import access, usual_access
    from pydron_ng.errors import ConfigError

    try:
        configs = list(_configured(path))
        accesses = [access(one) for one in configs]
    except ConfigError as error:
        if not provider or path is not None:
            raise broken(error) from None
        click.echo(f"Without a configuration: {error}", err=True)  # what is rented costs meanwhile
        accesses = []
    if provider:
        own = usual_access(provider, region, {})
        return [one for one in accesses if one.place == own.place] or [own]
    if not accesses:
        raise click.UsageError(
            "no cloud worker is enabled in pydron.conf; name one with --config, "
            "or --provider and --region"
        )
    return [one for n, one in enumerate(accesses) if one not in accesses[:n]]


def _configured(path: Path | None) -> Iterator[Any]:
    """The cloud workers of the configuration. Raises: ConfigError."""
    from pydron_ng import config
    from pydron_ng.backends import cloud as backend
    from pydron_ng.backends import registry

    for worker in config.load(path or config.find(), registry.model()).workers:
        if isinstance(worker, backend.Config):
            yield worker


# --- what ---


def _find(accesses: list[Access]) -> tuple[list[Found], list[str]]:
    """What is there and may cost something, and what could not be asked."""
    found: dict[tuple[str, str], Found] = {}
    troubles = []
    for access in accesses:
        try:
            account = Account(access)
            for one in account.instances():
                if one.is_alive:
                    found[access.place, one.id] = Found(one, account)
        except Trouble as trouble:
            troubles.append(_text(access.place, trouble))
    return list(found.values()), troubles


def _is_expired(instance: Instance, now: datetime) -> bool:
    """One that has stopped was at its end, too."""
    expires = instance.label.expires
    return instance.state == "stopped" or (expires is not None and expires < now)


def _end(one: Found) -> str | None:
    try:
        one.account.end(one.instance)
    except Trouble as trouble:
        return _text(f"{one.account.access.place} {one.instance.id}", trouble)
    return None


# --- what is said ---


def _show(found: list[Found], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not found:
        console.print(f"0 {title}" if title.startswith("instances") else f"0 instances {title}")
        return
    table = Table(title=f"{len(found)} {title}")
    for heading in ("session", "instance", "state", "where"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("session", "instance"))
    table.add_column("lives")
    now = datetime.now(UTC)
    for one, account in sorted(found, key=lambda f: (f.instance.label.session, f.instance.id)):
        session = f"{one.label.session}\n{one.label.project}"
        place = f"{account.access.place}\n{one.public or one.private}"
        lives = f"{_span(one.created, now)}\nends {_span(one.label.expires, now)}"
        table.add_row(session, f"{one.id}\n{one.size}", one.state, place, lives)
    console.print(table)


def _span(moment: datetime | None, now: datetime) -> str:
    """How far off a moment is: ``in 3:20 h``."""
    if moment is None:
        return "?"
    minutes = round((moment - now).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    text = f"{hours}:{rest:02} h" if hours else f"{rest} min"
    return f"in {text}" if minutes > 0 else f"{text} ago"


def _text(place: str, trouble: Trouble) -> str:
    why = trouble.why if place in trouble.why else f"{place}: {trouble.why}"
    return why + (f"\n  try: {trouble.way_out}" if trouble.way_out else "")


def _leave(troubles: list[str]) -> None:
    if troubles:
        raise click.ClickException("\n".join(troubles))
