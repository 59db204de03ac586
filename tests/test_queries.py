"""The number of queries on a page never grows with the rows on it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from canon.models import Author, Authorship, Item, Link, Section

pytestmark = pytest.mark.django_db


def count_queries(client, path):
    """Count the queries of a page whose edition of the canon has been read already."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def grow_tenfold():
    """Add nine copies of every item, with their bylines and links."""
    section = Section.objects.get(slug="agents")
    for item in list(Item.objects.all()):
        for copy in range(9):
            twin = Item.objects.create(
                slug=f"{item.slug}-copy-{copy}",
                section=section,
                position=10_000 + 10 * item.pk + copy,
                state=Item.State.PUBLISHED,
                title=f"{item.title} {copy}",
                url=f"https://example.org/{item.slug}/{copy}",
                kind=item.kind,
                effort=item.effort,
                difficulty=item.difficulty,
                year=item.year,
            )
            author = Author.objects.create(slug=f"{twin.slug}-author", name=f"Author of {twin}")
            Authorship.objects.create(item=twin, author=author)
            Link.objects.create(item=twin, kind=Link.Kind.VIDEO, url=twin.url)


@pytest.mark.parametrize("path", ["/", "/?q=scaling&kind=paper&sort=year", "/items/instructgpt/"])
def test_queries_stay_the_same_for_ten_times_the_items(client, path):
    before = count_queries(client, path)
    grow_tenfold()
    assert count_queries(client, path) == before


def test_the_canon_page_takes_at_most_six_queries(client):
    assert count_queries(client, "/") <= 6
