"""Who may import whom, as the architecture has it, and how long a module may be."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

LONGEST_MODULE = 350  # lines

# What stands on what: no part of the key may import from a part of the value.
PAGES = ("canon.views", "canon.urls")
MIDDLE = (
    "canon.filters",
    "canon.catalogue",
    "canon.outline",
    "canon.shelf",
    "canon.exports",
    "canon.imports",
    "canon.link_checking",
    "canon.curation",
    "canon.shipping",
    "canon.admin",
    "canon.backups",
)
FORBIDDEN = {
    "accounts": ("canon",),
    "canon": ("accounts",),
    "canon.models": (*MIDDLE, *PAGES),
    **dict.fromkeys(MIDDLE, PAGES),
    "canon.views": ("canon.urls",),
}


def is_within(module, part):
    return module == part or module.startswith(f"{part}.")


def modules():
    """Return the source of every module of ours but migrations, by its dotted name."""
    sources = {}
    for package in ("accounts", "canon"):
        for file in sorted(Path(settings.BASE_DIR / package).rglob("*.py")):
            parts = file.relative_to(settings.BASE_DIR).with_suffix("").parts
            if "migrations" not in parts:
                sources[".".join(parts)] = file.read_text()
    return sources


def imports(name, source):
    """Yield the dotted names that the module `name` imports, wherever in it.

    `from a import b` gives both a and a.b, for b may be a module.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = name.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def offences(part, forbidden, sources):
    """Return each import of something `forbidden` in the modules within `part`."""
    return [
        f"{name} imports {imported}"
        for name, source in sources.items()
        if is_within(name, part)
        for imported in imports(name, source)
        if any(is_within(imported, other) for other in forbidden)
    ]


@pytest.mark.parametrize("part", FORBIDDEN)
def test_imports_point_one_way(part):
    sources = modules()
    assert any(is_within(name, part) for name in sources), f"There is no {part}."
    assert offences(part, FORBIDDEN[part], sources) == []


@pytest.mark.parametrize(
    "source",
    [
        "import canon.views",
        "import canon.views.catalogue as pages",
        "from canon import views",
        "from canon.views import item_list",
        "from canon.views.catalogue import item_list",
        "from .views import item_list",
        "from . import views",
        "def late():\n    from canon import views",
    ],
)
def test_every_form_of_import_is_seen(source):
    assert offences("canon", ["canon.views"], {"canon.shelf": source}) != []


@pytest.mark.parametrize("source", ["import canonical", "from canon.viewsets import page"])
def test_names_that_only_look_alike_are_no_offence(source):
    assert offences("canon", ["canon.views"], {"canon.shelf": source}) == []


def test_canon_names_the_user_only_through_the_settings():
    for name, source in modules().items():
        texts = [
            node.value
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        if name.startswith("canon.") and name != "canon.settings":
            assert not [text for text in texts if text.lower() == "accounts.user"], name


def test_no_module_is_longer_than_one_subject():
    lengths = {name: len(source.splitlines()) for name, source in modules().items()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}
