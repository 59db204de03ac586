"""Items: the things to read, watch or do."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from canon.addresses import comparable
from canon.models.authors import Author
from canon.models.link_checks import Addressed, death_of
from canon.models.ordering import PlacedItem, PlacedItems
from canon.models.sections import Section
from canon.models.states import State, Stateful
from canon.search import fold, split_words

web_address = URLValidator(schemes=["http", "https"])


class ItemQuerySet(PlacedItems["Item"]):
    """Words for choosing items."""

    def get_by_natural_key(self, slug: str) -> Item:
        """Return the item of a slug."""
        return self.get(slug=slug)

    def published(self) -> ItemQuerySet:
        """Keep what readers may see."""
        return self.filter(state=Item.State.PUBLISHED)

    def markable(self, marked: Collection[int]) -> ItemQuerySet:
        """Keep what a reader may mark: what is published, and what they `marked`, by its ids."""
        return self.filter(Q(state=Item.State.PUBLISHED) | Q(pk__in=marked))

    def with_page(self) -> ItemQuerySet:
        """Keep what has a page: a retired item keeps its own, and with it marks and notes."""
        return self.exclude(state=Item.State.DRAFT)

    def drafts(self) -> ItemQuerySet:
        """Keep what curators have still to publish."""
        return self.filter(state=Item.State.DRAFT)

    def lacking_chinese(self) -> ItemQuerySet:
        """Keep what has no Chinese annotation; what has left the canon needs none."""
        empty = Q(annotation_zh_hans=None) | Q(annotation_zh_hans="")
        return self.filter(empty).exclude(state=Item.State.RETIRED)

    def with_stale_translation(self) -> ItemQuerySet:
        """Keep what has a Chinese text older than the English; retired items need none."""
        return self.filter(translation_is_stale=True).exclude(state=Item.State.RETIRED)

    def in_canon_order(self) -> ItemQuerySet:
        """Sort by section, then by place within it."""
        return self.order_by("section__position", "position")

    def with_details(self) -> ItemQuerySet:
        """Fetch what a card shows: authors and links, in two queries however many the items."""
        from canon.models.parts import Authorship, Link

        return (
            self.defer("search_text")
            .annotate(**death_of("url"))
            .prefetch_related(
                models.Prefetch("authorships", Authorship.objects.select_related("author")),
                models.Prefetch("links", Link.objects.annotate(**death_of("url"))),
            )
        )

    def matching(self, text: str) -> ItemQuerySet:
        """Keep items in which every word of `text` stands, in either language.

        Words are looked for in titles, annotations and authors' names, anywhere in the text, so
        that Chinese is found without spaces; case and accents do not matter.
        """
        items = self
        for word in split_words(text):
            by_author = Author.objects.filter(
                authorships__item=OuterRef("pk"), search_text__contains=word
            )
            items = items.filter(Q(search_text__contains=word) | Exists(by_author))
        return items

    def within(self, section_ids: Iterable[int]) -> ItemQuerySet:
        """Keep the items that stand right in one of these sections."""
        return self.filter(section__in=section_ids)


ItemManager = models.Manager.from_queryset(ItemQuerySet)


class Item(Addressed, Stateful, PlacedItem):
    """One thing to read, watch or do, with one canonical address."""

    State = State

    class Kind(models.TextChoices):
        PAPER = "paper", _("Paper")
        ARTICLE = "article", _("Article")
        VIDEO = "video", _("Video")
        COURSE = "course", _("Course")
        BOOK = "book", _("Book")
        DOCUMENTATION = "documentation", _("Documentation")
        REPOSITORY = "repository", _("Repository")
        REPORT = "report", _("Report")
        LEADERBOARD = "leaderboard", _("Leaderboard")
        PODCAST = "podcast", _("Podcast")

    class Difficulty(models.TextChoices):
        INTRODUCTORY = "introductory", _("Introductory")
        INTERMEDIATE = "intermediate", _("Intermediate")
        ADVANCED = "advanced", _("Advanced")

    class Effort(models.TextChoices):
        MINUTES = "minutes", _("Minutes")
        HOUR = "hour", _("An hour or so")
        DAY = "day", _("A day")
        WEEKS = "weeks", _("Weeks")

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        CHINESE = "zh-hans", _("Chinese")

    slug = models.SlugField(_("slug"), unique=True, max_length=100)
    section = models.ForeignKey(
        Section, verbose_name=_("section"), on_delete=models.PROTECT, related_name="items"
    )
    position = models.PositiveIntegerField(
        _("position"),
        blank=True,
        help_text=_("Place within the section, from 1: the others make room. Empty for the last."),
    )
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.DRAFT)
    title = models.CharField(
        _("title"), max_length=300, help_text=_("As the work itself gives it, never translated.")
    )
    gloss = models.CharField(
        _("gloss"),
        max_length=300,
        blank=True,
        help_text=_("The title in the reader’s language, where the work’s own is another."),
    )
    url = models.URLField(_("address"), max_length=500, unique=True, validators=[web_address])
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    language = models.CharField(
        _("language"), max_length=20, choices=Language.choices, default=Language.ENGLISH
    )
    difficulty = models.CharField(_("difficulty"), max_length=20, choices=Difficulty.choices)
    effort = models.CharField(_("effort"), max_length=20, choices=Effort.choices)
    year = models.PositiveSmallIntegerField(
        _("year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
        help_text=_("Of first publication; empty where it is not known for sure."),
    )
    annotation = models.TextField(
        _("annotation"),
        blank=True,
        help_text=_("Two or three sentences of our own on why this is here."),
    )
    authors = models.ManyToManyField(
        Author, verbose_name=_("authors"), through="Authorship", related_name="items"
    )
    has_more_authors = models.BooleanField(_("has more authors than those named"), default=False)
    builds_on = models.ManyToManyField(
        "self",
        verbose_name=_("builds on"),
        through="Dependency",
        through_fields=("item", "builds_on"),
        symmetrical=False,
        related_name="built_on_by",
    )
    replaced_by = models.ForeignKey(
        "self",
        verbose_name=_("replaced by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaces",
        help_text=_("For a retired item: what readers should turn to instead."),
    )
    retirement_reason = models.CharField(
        _("reason for retiring"),
        max_length=300,
        blank=True,
        help_text=_("For readers: why the item left the canon."),
    )
    translation_is_stale = models.BooleanField(
        _("translation is stale"),
        default=False,
        editable=False,
        help_text=_("The English changed after the Chinese."),
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)
    search_text = models.TextField(editable=False, default="")
    address_key = models.CharField(max_length=500, editable=False, default="", db_index=True)

    objects = ItemManager()

    # Added by canon.translation.
    gloss_en: str
    gloss_zh_hans: str
    annotation_en: str
    annotation_zh_hans: str
    retirement_reason_en: str
    retirement_reason_zh_hans: str

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering: ClassVar = ["section__position", "position"]
        constraints = [
            # The condition holds for every row. It is there for PostgreSQL, on which moving items
            # would otherwise make readers wait who mark them at that moment, or fail: the columns
            # of a partial index are none that a foreign key could name.
            models.UniqueConstraint(
                fields=["section", "position"],
                name="item_position_unique_in_section",
                condition=Q(position__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the item's page in the language at hand."""
        return reverse("item_detail", kwargs={"slug": self.slug})

    def natural_key(self) -> tuple[str]:
        """Return what names this item in a fixture."""
        return (self.slug,)

    @property
    def archive_year(self) -> int | None:
        """The year of an archived copy where no better day is known: that of publication."""
        return self.year

    @property
    def byline(self) -> list[Author]:
        """The authors in the order of the work, out of what `with_details` fetched."""
        return [authorship.author for authorship in self.authorships.all()]

    @property
    def people(self) -> list[Author]:
        """The persons of the byline."""
        return [author for author in self.byline if author.kind == Author.Kind.PERSON]

    @property
    def organisations(self) -> list[Author]:
        """The organisations of the byline."""
        return [author for author in self.byline if author.kind == Author.Kind.ORGANISATION]

    def mark(self, user: Any, status: str) -> uuid.UUID | None:
        """Give this item a status for `user`; empty for unread. See `change_marks`."""
        from canon.models.marking import change_marks

        return change_marks(user, [self], status)

    @property
    def own_gloss(self) -> str:
        """The gloss in the page's language: in any other it would help nobody."""
        return self.own("gloss")

    @property
    def annotation_fell_back(self) -> bool:
        """Whether the annotation shown is English for want of one in the page's language."""
        return self.fell_back("annotation")


def date_state(item: Item) -> None:
    """Keep when an item was published and retired, for readers who ask what is new."""
    if item.state == Item.State.PUBLISHED and not item.published_at:
        item.published_at = timezone.now()
    if item.state == Item.State.RETIRED:
        item.retired_at = item.retired_at or timezone.now()
    else:
        item.retired_at = None


def keep_dates(item: Item) -> None:
    """Bring back the dates that a fixture does not carry: loading it again is no news."""
    dates = Item.objects.filter(pk=item.pk).values_list("published_at", "retired_at").first()
    published_at, retired_at = dates or (None, None)
    item.published_at = item.published_at or published_at
    item.retired_at = item.retired_at or retired_at


@receiver(pre_save, sender=Item)
def prepare_item(instance: Item, raw: bool = False, **_kwargs: Any) -> None:  # noqa: FBT001, FBT002
    """Keep what is derived true, whoever saves: a form, a test, a fixture."""
    if raw and instance.pk:
        keep_dates(instance)
    titles = (instance.title, instance.gloss_en, instance.gloss_zh_hans)
    annotations = (instance.annotation_en, instance.annotation_zh_hans)
    date_state(instance)
    instance.address_key = comparable(instance.url)
    instance.search_text = "\n".join(fold(text) for text in (*titles, *annotations) if text)
