"""Brings a newer shipped canon into a curated site, after showing what that would change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from canon.shipping import (
    Difference,
    FixtureError,
    Plan,
    StalePlanError,
    Verdict,
    Wishes,
    canon_is_empty,
    carry_out,
    last_shipment,
    make_plan,
    open_canon,
    read_fixtures,
)
from canon.shipping.report import describe, report
from canon.shipping.rows import Rows

OPEN_CONFLICTS = 3


class Command(BaseCommand):
    """`manage.py load_canon [FOLDER]`."""

    help = (
        "Brings a newer shipped canon in: shows what would change and asks. What curators changed "
        "stays unless they say otherwise; marks and notes always stay. Ends with 0, "
        f"with {OPEN_CONFLICTS} if conflicts are open, with 1 if the fixtures are broken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where the fixtures are and what is decided."""
        parser.add_argument(
            "folder",
            nargs="?",
            type=Path,
            default=Path(settings.FIXTURE_DIRS[0]),
            help="where the fixtures are; by default the shipped ones",
        )
        parser.add_argument("--check", action="store_true", help="only show what would change")
        parser.add_argument("--yes", action="store_true", help="write without asking")
        parser.add_argument(
            "--no-input",
            "--noinput",
            action="store_false",
            dest="interactive",
            help="ask nothing, even on a terminal: conflicts stay open",
        )
        every = parser.add_mutually_exclusive_group()
        every.add_argument(
            "--take-theirs", action="store_true", help="decide conflicts for the shipped side"
        )
        every.add_argument(
            "--keep-ours", action="store_true", help="decide conflicts for this side"
        )
        parser.add_argument(
            "--take",
            action="append",
            default=[],
            metavar="NAME",
            help="take this from the shipped side, as the report names it: "
            "annotation_en@gpt-3 for a field, gpt-3 for all of a row",
        )
        parser.add_argument(
            "--keep", action="append", default=[], metavar="NAME", help="keep this as it is here"
        )

    def handle(self, *, folder: Path, **options: Any) -> None:
        """Show what would change, ask, and write."""
        try:
            theirs = read_fixtures(folder)
        except FixtureError as error:
            raise CommandError(f"Nothing was written. {error}") from error
        self.verbosity = options["verbosity"]
        self.asks = options["interactive"] and sys.stdin.isatty() and self.stdout.isatty()
        if canon_is_empty():
            self.open(theirs, only_check=options["check"])
            return
        wishes = Wishes(
            options["take_theirs"],
            options["keep_ours"],
            frozenset(options["take"]),
            frozenset(options["keep"]),
        )
        plan = make_plan(theirs, wishes)
        if unknown := wishes.unknown(plan.differences):
            raise CommandError(f"Nothing was written. Nothing differs that is called {unknown[0]}.")
        self.show(plan)
        if not options["check"]:
            plan = self.decide_and_write(theirs, plan, wishes, yes=options["yes"])
        if open_ones := len(plan.of(Verdict.CONFLICT)):
            raise CommandError(
                f"Open conflicts: {open_ones}. They stay as they are here until --take or --keep, "
                "with a name from the report, or --take-theirs or --keep-ours decides.",
                returncode=OPEN_CONFLICTS,
            )

    def open(self, theirs: Rows, *, only_check: bool) -> None:
        """Load the canon into an empty database, where nothing can be overwritten."""
        items = sum(key[0] == "item" for key in theirs)
        if only_check:
            self.say(f"There is no canon here yet; {items} items would be loaded.")
        elif open_canon(theirs):
            self.say(self.style.SUCCESS(f"Loaded the shipped canon: {items} items."))

    def show(self, plan: Plan) -> None:
        """Print what would change, and what would not."""
        if last_shipment() is None:
            self.say("It is not known what was shipped before: every difference is a conflict.")
        for line in report(plan, self.style, with_curated=self.verbosity > 1):
            self.say(line)
        if not plan.differences:
            self.say("Nothing differs.")
        elif plan.of(Verdict.CURATED) and self.verbosity == 1:
            self.say("  (--verbosity 2 lists them)")

    def decide_and_write(self, theirs: Rows, plan: Plan, wishes: Wishes, *, yes: bool) -> Plan:
        """Have conflicts decided if somebody is there to do it, and write; return the last plan."""
        conflicts = plan.of(Verdict.CONFLICT)
        if conflicts and self.asks and not yes:
            wishes = self.ask_about(conflicts, wishes)
            plan = make_plan(theirs, wishes)
        if not plan.changes_anything:
            self.say("Nothing is to be written.")
        elif yes or (self.asks and self.answer("Write this?", "yN") == "y"):
            self.write(theirs, wishes, plan)
        else:
            self.say("Nothing was written." + ("" if self.asks else " Repeat with --yes."))
        return plan

    def ask_about(self, conflicts: list[Difference], wishes: Wishes) -> Wishes:
        """Ask about each conflict; return the wishes with what was answered."""
        take: list[str] = []
        keep: list[str] = []
        for conflict in conflicts:
            self.say("\n".join([conflict.name, *(f"  {line}" for line in describe(conflict))]))
            choices = "kLq" if conflict.obstacle else "tkLq"
            question = "keep what is here, later, quit asking?"
            answer = self.answer(question if conflict.obstacle else f"take, {question}", choices)
            if answer == "q":
                break
            if answer in "tk":
                (take if answer == "t" else keep).append(conflict.name)
        return wishes.with_answers(take, keep)

    def answer(self, question: str, choices: str) -> str:
        """Return the letter of `choices` that is answered; the capital one for anything else."""
        given = input(f"{question} [{'/'.join(choices)}] ").strip().lower()[:1]
        other = next(letter for letter in choices if letter.isupper())
        return given if given and given in choices else other.lower()

    def write(self, theirs: Rows, wishes: Wishes, plan: Plan) -> None:
        """Write what the plan says."""
        try:
            carry_out(theirs, wishes, plan)
        except StalePlanError:
            raise CommandError(
                "Nothing was written: somebody has changed the canon meanwhile. Look again."
            ) from None
        done = sum(difference.is_done for difference in plan.differences)
        self.say(self.style.SUCCESS(f"Written. Changes: {done}."))

    def say(self, text: str) -> None:
        """Print, unless asked to be quiet."""
        if self.verbosity:
            self.stdout.write(text)
