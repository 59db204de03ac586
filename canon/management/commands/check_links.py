"""Tries every address of the canon, to see which of them still lead somewhere."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canon.link_checking import Manners, OfflineError, check_links, watch_canon
from canon.models import LinkCheck, Outcome


class Command(BaseCommand):
    """`manage.py check_links [--limit N] [--all] [--host-pause S]`."""

    help = "Tries the addresses of the canon that have not been tried within a day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how much to try and how slowly."""
        parser.add_argument("--limit", type=int, help="try at most so many addresses")
        parser.add_argument(
            "--all", action="store_true", help="try also what was tried within a day"
        )
        parser.add_argument(
            "--host-pause",
            type=float,
            default=1.0,
            help="seconds between two requests to one server; robots.txt may ask for more",
        )

    def handle(
        self, *, limit: int | None, host_pause: float, verbosity: int, **options: Any
    ) -> None:
        """Try them and print a summary; what was tried is kept even if this is broken off."""
        if limit is not None and limit < 1:
            raise CommandError("--limit must be at least 1.")
        if not 0 <= host_pause <= 3600:
            raise CommandError("--host-pause must be from 0 to 3600 seconds.")
        watch_canon()
        checks = LinkCheck.objects.in_turn() if options["all"] else LinkCheck.objects.due()
        addresses = list(checks.values_list("address", flat=True)[:limit])
        outcomes: Counter[str] = Counter()
        shows_progress = self.stdout.isatty() and verbosity > 0
        try:
            for _address, finding in check_links(addresses, Manners.of_site(host_pause)):
                outcomes[finding.outcome] += 1
                if shows_progress:
                    self.show_progress(outcomes.total(), len(addresses))
        except OfflineError:
            self.stdout.write("Nothing could be reached: is this machine online? Nothing is kept.")
            return
        except KeyboardInterrupt:
            self.stdout.write("\nBroken off; the next run goes on from here.")
        if verbosity:
            self.summarise(outcomes)

    def show_progress(self, done: int, total: int) -> None:
        """Draw the line of progress anew in its place."""
        bar = ("=" * (30 * done // total)).ljust(30)
        self.stdout.write(f"\r[{bar}] {done} of {total}", ending="\n" if done == total else "")
        self.stdout.flush()

    def summarise(self, outcomes: Counter[str]) -> None:
        """Print how many addresses came to what, and which of all are dead or have moved."""
        count = outcomes.total()
        details = [f"{Outcome(outcome).label}: {n}" for outcome, n in outcomes.most_common()]
        self.stdout.write(f"Addresses tried: {count}. {'; '.join(details)}".strip())
        for check in LinkCheck.objects.dead():
            self.stdout.write(f"dead since {check.first_failed_on}: {check.address}")
        for check in LinkCheck.objects.moved():
            self.stdout.write(f"moved for good: {check.address} to {check.moved_to}")
