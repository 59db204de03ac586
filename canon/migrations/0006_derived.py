"""Fills what is derived from other fields, in rows that are older than the field.

In batches, each in a transaction of its own: readers go on writing meanwhile.
"""

from django.db import migrations, transaction
from django.utils.text import Truncator

from canon.addresses import comparable
from canon.markdown import plain_text

BATCH = 500


def fill(manager, source, target, derive):
    """Set the empty field `target` of all rows to what `derive` makes of the field `source`."""
    rows = manager.filter(**{target: ''}).exclude(**{source: ''}).order_by('pk')
    last = 0
    while True:
        with transaction.atomic(using=manager.db):
            batch = list(rows.filter(pk__gt=last).select_for_update()[:BATCH])
            for row in batch:
                setattr(row, target, derive(getattr(row, source)))
            manager.bulk_update(batch, [target])
        if not batch:
            return
        last = batch[-1].pk


def excerpt(text):
    """Return how a note begins, as its card shows it."""
    return Truncator(plain_text(text)).chars(200)


def fill_all(apps, schema_editor):
    """Fill the excerpts of notes, and the keys by which addresses are compared."""
    for name, source, target, derive in (
        ('Note', 'text', 'excerpt', excerpt),
        ('Item', 'url', 'address_key', comparable),
        ('Link', 'url', 'address_key', comparable),
    ):
        manager = apps.get_model('canon', name).objects.using(schema_editor.connection.alias)
        fill(manager, source, target, derive)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('canon', '0005_editions'),
    ]

    operations = [
        migrations.RunPython(fill_all, migrations.RunPython.noop),
    ]
