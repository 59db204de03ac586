"""What hangs on an item: its authors in order, its further links, what it builds on."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from canon.addresses import comparable
from canon.models.authors import Author
from canon.models.items import Item, web_address
from canon.models.link_checks import Addressed
from canon.models.locks import lock_outline


class AuthorshipQuerySet(models.QuerySet["Authorship"]):
    """Words for choosing authorships."""

    def get_by_natural_key(self, item: str, author: str) -> Authorship:
        """Return the authorship of an item's and an author's slug."""
        return self.get(item__slug=item, author__slug=author)


AuthorshipManager = models.Manager.from_queryset(AuthorshipQuerySet)


class Authorship(models.Model):
    """One author's place in the byline of one item."""

    item = models.ForeignKey(
        Item, verbose_name=_("item"), on_delete=models.CASCADE, related_name="authorships"
    )
    author = models.ForeignKey(
        Author, verbose_name=_("author"), on_delete=models.PROTECT, related_name="authorships"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)

    objects = AuthorshipManager()

    class Meta:
        verbose_name = _("authorship")
        verbose_name_plural = _("authorships")
        ordering: ClassVar = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "author"], name="authorship_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.author}"

    def natural_key(self) -> tuple[str, str]:
        """Return what names this authorship in a fixture."""
        return (self.item.slug, self.author.slug)

    natural_key.dependencies = ["canon.item", "canon.author"]  # type: ignore[attr-defined]


class LinkQuerySet(models.QuerySet["Link"]):
    """Words for choosing links."""

    def get_by_natural_key(self, item: str, url: str) -> Link:
        """Return the link of an item's slug and an address."""
        return self.get(item__slug=item, url=url)


LinkManager = models.Manager.from_queryset(LinkQuerySet)


class Link(Addressed, models.Model):
    """A further address of an item."""

    class Kind(models.TextChoices):
        BLOG_POST = "blog_post", _("Blog post")
        WEBSITE = "website", _("Website")
        VIDEO = "video", _("Video")
        EXPLAINER = "explainer", _("Explainer")
        COMIC = "comic", _("Comic")
        PODCAST = "podcast", _("Podcast")
        TIMESTAMP = "timestamp", _("Timestamp")
        FOLLOW_UP = "follow_up", _("Follow-up")
        DOCUMENT = "document", _("Document")
        RELATED = "related", _("Related")
        EARLIER_ADDRESS = "earlier_address", _("Earlier address")

    item = models.ForeignKey(
        Item, verbose_name=_("item"), on_delete=models.CASCADE, related_name="links"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    url = models.URLField(_("address"), max_length=500, validators=[web_address])
    title = models.CharField(
        _("title"), max_length=200, blank=True, help_text=_("Only where the kind does not tell.")
    )
    address_key = models.CharField(max_length=500, editable=False, default="", db_index=True)

    objects = LinkManager()

    # Added by canon.translation.
    title_en: str
    title_zh_hans: str

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering: ClassVar = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "url"], name="link_unique_in_item"),
        ]

    def __str__(self) -> str:
        return self.label

    def natural_key(self) -> tuple[str, str]:
        """Return what names this link in a fixture."""
        return (self.item.slug, self.url)

    natural_key.dependencies = ["canon.item"]  # type: ignore[attr-defined]

    @property
    def archive_year(self) -> int | None:
        """The year of an archived copy where no better day is known: that of the item."""
        return self.item.year

    @property
    def label(self) -> str:
        """The words a reader presses: the title, or else the kind."""
        return self.title or self.get_kind_display()


@receiver(pre_save, sender=Link)
def compare_link(instance: Link, **_kwargs: Any) -> None:
    """Keep what is compared of the address true to it, whoever saves: a form, a test, a fixture."""
    instance.address_key = comparable(instance.url)


class DependencyQuerySet(models.QuerySet["Dependency"]):
    """Words for choosing dependencies."""

    def get_by_natural_key(self, item: str, builds_on: str) -> Dependency:
        """Return the edge between the slugs of two items."""
        return self.get(item__slug=item, builds_on__slug=builds_on)

    def bases(self) -> dict[int, list[int]]:
        """Return, by the id of an item, the ids of those it builds on, from one query."""
        bases = defaultdict[int, list[int]](list)
        for item, base in self.order_by("pk").values_list("item_id", "builds_on_id"):
            bases[item].append(base)
        return dict(bases)

    def would_close_cycle(self, item_id: int, builds_on_id: int) -> bool:
        """Tell whether an edge from `item_id` to `builds_on_id` would lead back to its start."""
        targets = defaultdict(set)
        for start, end in self.values_list("item_id", "builds_on_id"):
            targets[start].add(end)
        reached, waiting = set(), [builds_on_id]
        while waiting:
            here = waiting.pop()
            if here not in reached:
                reached.add(here)
                waiting.extend(targets[here])
        return item_id in reached


DependencyManager = models.Manager.from_queryset(DependencyQuerySet)


class Dependency(models.Model):
    """An edge from an item to one that it builds on; edges never form a cycle."""

    item = models.ForeignKey(
        Item, verbose_name=_("item"), on_delete=models.CASCADE, related_name="dependencies"
    )
    builds_on = models.ForeignKey(
        Item, verbose_name=_("builds on"), on_delete=models.CASCADE, related_name="dependents"
    )

    objects = DependencyManager()

    class Meta:
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")
        ordering: ClassVar = ["item__section__position", "item__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "builds_on"], name="dependency_unique"),
            models.CheckConstraint(
                condition=~Q(item=F("builds_on")),
                name="dependency_on_another_item",
                violation_error_message=_("An item cannot build on itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} → {self.builds_on}"

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the edge.

        Raises ValidationError if it would close a cycle, even together with an edge that another
        curator saves at the same moment: they wait for each other.
        """
        lock_outline()
        self.full_clean()
        super().save(*args, **kwargs)

    def natural_key(self) -> tuple[str, str]:
        """Return what names this edge in a fixture."""
        return (self.item.slug, self.builds_on.slug)

    natural_key.dependencies = ["canon.item"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Refuse an edge that would close a cycle."""
        if not (self.item_id and self.builds_on_id):
            return
        if self.item_id == self.builds_on_id:
            raise ValidationError({"builds_on": _("An item cannot build on itself.")})
        others = Dependency.objects.exclude(pk=self.pk)
        if others.would_close_cycle(self.item_id, self.builds_on_id):
            raise ValidationError(
                _("“%(base)s” already builds on “%(item)s”: the edge would close a cycle."),
                code="cycle",
                params={"base": self.builds_on, "item": self.item},
            )
