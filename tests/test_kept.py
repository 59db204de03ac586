"""What a template keeps is rendered once; its blanks and what is live in it, for each reader."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

LOAD = "{% load kept i18n %}"


class Counted:
    """Says how often it has been printed."""

    times = 0

    def __str__(self) -> str:
        self.times += 1
        return str(self.times)


def test_what_is_kept_is_rendered_once_for_each_state_and_language():
    template = Template(
        LOAD + "{% kept word=word counted=counted %}{{ word }}{{ counted }}{% endkept %}"
    )
    counted = Counted()

    def render(word):
        return template.render(Context({"word": word, "counted": counted}))

    assert [render("a"), render("b"), render("a"), render("b")] == ["a1", "b2", "a1", "b2"]
    with translation.override("zh-hans"):
        assert render("a") == "a3"


def test_blanks_and_live_parts_are_each_readers_own_and_escaped():
    template = Template(
        LOAD + "{% kept blanks=name %}<{{ name }}{% live %}{% if name == '&' %}and{% endif %}"
        "{{ name }}{% endlive %}>{% endkept %}"
    )
    assert [template.render(Context({"name": name})) for name in "&x"] == [
        "<&amp;and&amp;>",
        "<xx>",
    ]


def test_nothing_else_of_the_page_is_known_in_what_is_kept():
    template = Template(LOAD + "{% kept %}[{{ name }}]{% endkept %}")
    assert template.render(Context({"name": "Ada"})) == "[]"


def test_a_live_part_may_keep_parts_of_its_own():
    template = Template(
        LOAD
        + "{% kept %}a{% live %}{% kept word=word %}{{ word }}{% live %}{{ name }}{% endlive %}"
        "{% endkept %}{% endlive %}z{% endkept %}"
    )
    rendered = [template.render(Context({"word": "-", "name": name})) for name in ("b", "c")]
    assert rendered == ["a-bz", "a-cz"]


def test_a_kept_part_in_another_that_is_not_live_is_refused():
    template = Template(LOAD + "{% kept %}{% kept %}{% endkept %}{% endkept %}")
    with pytest.raises(TemplateSyntaxError, match="stands in another"):
        template.render(Context())
