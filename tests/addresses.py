"""Walks the URL configuration, so that a test about every address cannot forget a new one."""

import uuid

from django.urls import URLPattern, get_resolver, reverse

from canon.models import Item


def walk(patterns, spaces=(), parameters=frozenset()):
    """Yield the full name of each address, and its parameters, those of its prefixes among them."""
    for pattern in patterns:
        own = parameters | set(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield ":".join([*spaces, pattern.name]), own
        else:
            inner = [*spaces, pattern.namespace] if pattern.namespace else spaces
            yield from walk(pattern.url_patterns, inner, own)


PATTERNS = sorted({(name, *sorted(own)) for name, own in walk(get_resolver().url_patterns)})


def addresses(user, **others):
    """Return an address for every pattern, for what `user` has where it asks for something.

    `others` replaces what stands for parameters, by their names.
    """
    return [address for _name, address in named_addresses(user, **others)]


def named_addresses(user, **others):
    """Return what `addresses` does, each address with the name of its pattern in front."""
    item = Item.objects.get(slug="bert")
    suggestion = user.suggestions.first()
    stands_for = {
        "slug": item.slug,
        "item_id": item.pk,
        "object_id": item.pk,
        "pk": 1,
        "handle": user.handle or "nobody",
        "suggestion": suggestion.pk if suggestion else 1,
        "step": uuid.UUID(int=1),
        "provider_id": "company",
        "app_label": "canon",
        **others,
    }
    return [
        (name, reverse(name, kwargs={wanted: stands_for.get(wanted, 1) for wanted in parameters}))
        for name, *parameters in PATTERNS
    ]
