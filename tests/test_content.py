"""The shipped canon says what its two source documents say, copied here and checked by eye."""

import re
from graphlib import TopologicalSorter
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest

from canon.models import Author, Dependency, Item, Link, Section

pytestmark = pytest.mark.django_db

# Each section, its items' addresses in order, the year where a source states one, and below an
# item its further links (also) and the addresses that it or its follow-up had before (once).
SOURCES = """
# gentle-introduction
https://karpathy.medium.com/software-2-0-a64152b37c35
https://build.microsoft.com/en-US/sessions/db3f4859-cd30-4445-a0cd-553c3304f8e2
https://writings.stephenwolfram.com/2023/02/what-is-chatgpt-doing-and-why-does-it-work/
https://daleonai.com/transformers-explained
https://mccormickml.com/2022/12/21/how-stable-diffusion-works/
    also https://www.reddit.com/r/StableDiffusion/comments/zs5dk5/i_made_an_infographic_to_explain_how_stable/

# foundations-explainers
https://developer.nvidia.com/blog/deep-learning-nutshell-core-concepts/
https://course.fast.ai/
https://towardsdatascience.com/word2vec-explained-49c52b4ccb71
https://karpathy.medium.com/yes-you-should-understand-backprop-e2f06eab496b
    also https://www.youtube.com/watch?v=i94OvYb6noo

# foundations-courses
https://www.youtube.com/playlist?list=PLoROMvodv4rMiGQp3WXShtMGgzqpfVfbU
https://www.youtube.com/playlist?list=PLoROMvodv4rOSH4v6133s9LFPRHjEmbmJ

# deep-dive-explainers
https://jalammar.github.io/illustrated-transformer/
http://nlp.seas.harvard.edu/annotated-transformer/
https://www.youtube.com/watch?v=kCc8FmEb1nY
https://jalammar.github.io/illustrated-stable-diffusion/
https://huyenchip.com/2023/05/02/rlhf.html
https://www.youtube.com/watch?v=hhiLw5Q_UFg

# deep-dive-courses
https://www.youtube.com/watch?v=P127jhj-8-Y
https://stanford-cs324.github.io/winter2022/

# deep-dive-reference
https://www.youtube.com/watch?v=Ount2Y4qxQo&t=1072s
    also https://youtu.be/Ount2Y4qxQo?t=1160
https://www.youtube.com/watch?v=hx7BXih7zx8
    also https://youtu.be/hx7BXih7zx8?t=515
https://gwern.net/scaling-hypothesis
https://www.lesswrong.com/posts/6Fpvch8RR29qLEWNH/chinchilla-s-wild-implications
https://arxiv.org/pdf/2303.18223v4.pdf
https://arxiv.org/abs/2303.12712
https://pub.towardsai.net/the-ai-revolution-how-auto-gpt-unleashes-a-new-era-of-automation-and-creativity-2008aa2ca6ae
https://www.lesswrong.com/posts/D7PumeYTDPfBTp3i7/the-waluigi-effect-mega-post

# building-reference
https://dagster.io/blog/chatgpt-langchain
https://huyenchip.com/2023/04/11/llm-engineering.html
https://www.promptingguide.ai/
    also https://github.com/brexhq/prompt-engineering
https://simonwillison.net/2023/Apr/14/worst-that-can-happen/
https://github.com/openai/openai-cookbook/tree/main
https://www.pinecone.io/learn/
https://python.langchain.com/en/latest/index.html

# building-courses
https://fullstackdeeplearning.com/llm-bootcamp/
https://huggingface.co/learn/nlp-course/chapter1/1

# building-benchmarks
https://lmsys.org/blog/2023-05-03-arena/
https://huggingface.co/spaces/HuggingFaceH4/open_llm_leaderboard

# market-a16z
https://a16z.com/who-owns-the-generative-ai-platform/
    once https://a16z.com/2023/01/19/who-owns-the-generative-ai-platform/
https://a16z.com/2023/04/27/navigating-the-high-cost-of-ai-compute/
https://a16z.com/art-isnt-dead-its-just-machine-generated/
    once https://a16z.com/2022/11/16/creativity-as-an-app/
https://a16z.com/the-generative-ai-revolution-in-games/
    once https://a16z.com/2022/11/17/the-generative-ai-revolution-in-games/
    also https://a16z.com/the-generative-ai-revolution-will-enable-anyone-to-create-games/
    once https://a16z.com/2023/03/17/the-generative-ai-revolution/
https://a16z.com/for-b2b-generative-ai-apps-is-less-more/
    once https://a16z.com/2023/03/30/b2b-generative-ai-synthai/
https://a16z.com/2023/04/19/financial-services-will-embrace-generative-ai-faster-than-you-think/
https://a16z.com/generative-ai-the-next-consumer-platform/
    once https://a16z.com/2023/02/07/everyday-ai-consumer/
https://time.com/6274752/ai-health-care/
https://a16z.com/2023/05/17/the-new-industrial-revolution-bio-x-ai/

# market-perspectives
https://arxiv.org/abs/2108.07258
https://www.stateof.ai/
https://arxiv.org/abs/2303.10130
https://www.amazon.com/Deep-Medicine-Eric-Topol-audiobook/dp/B07PJ21V5N/
    also https://a16z.com/2019/06/13/ai-doctor-deep-medicine-topol/

# llm-new-models
2017 https://arxiv.org/abs/1706.03762
    also https://ai.googleblog.com/2017/08/transformer-novel-neural-network.html
2018 https://arxiv.org/abs/1810.04805
    also https://ai.googleblog.com/2018/11/open-sourcing-bert-state-of-art-pre.html
2018 https://cdn.openai.com/research-covers/language-unsupervised/language_understanding_paper.pdf
    also https://openai.com/research/language-unsupervised
2020 https://arxiv.org/abs/2005.14165
2022 https://arxiv.org/abs/2203.02155
    also https://openai.com/research/instruction-following
2022 https://arxiv.org/abs/2201.08239
    also https://blog.google/technology/ai/lamda/
2022 https://arxiv.org/abs/2204.02311
    also https://ai.googleblog.com/2022/04/pathways-language-model-palm-scaling-to.html
    also https://arxiv.org/abs/2305.10403
2022 https://arxiv.org/abs/2205.01068
    also https://ai.facebook.com/blog/democratizing-access-to-large-scale-language-models-with-opt-175b/
2022 https://arxiv.org/abs/2203.15556
    also https://www.deepmind.com/blog/an-empirical-analysis-of-compute-optimal-large-language-model-training
2023 https://arxiv.org/abs/2303.08774
    also https://openai.com/research/gpt-4
    also https://cdn.openai.com/papers/gpt-4-system-card.pdf
2023 https://arxiv.org/abs/2302.13971
    also https://ai.facebook.com/blog/large-language-model-llama-meta-ai/
2023 https://crfm.stanford.edu/2023/03/13/alpaca.html

# llm-improvements
2017 https://proceedings.neurips.cc/paper_files/paper/2017/file/d5e2c0adad503c91f91df240d0cd4e49-Paper.pdf
2020 https://arxiv.org/abs/2005.11401
    also https://ai.facebook.com/blog/retrieval-augmented-generation-streamlining-the-creation-of-intelligent-natural-language-processing-models/
2021 https://arxiv.org/abs/2112.04426
    also https://www.deepmind.com/blog/improving-language-models-by-retrieving-from-trillions-of-tokens
2021 https://arxiv.org/abs/2106.09685
2022 https://arxiv.org/abs/2212.08073
2022 https://arxiv.org/abs/2205.14135
    also https://ai.stanford.edu/blog/longer-sequences-next-leap-ai/
2022 https://arxiv.org/abs/2212.14052
    also https://hazyresearch.stanford.edu/blog/2023-01-20-h3

# image-generation
2021 https://arxiv.org/abs/2103.00020
    also https://openai.com/research/clip
2021 https://arxiv.org/abs/2102.12092
    also https://openai.com/research/dall-e
2021 https://arxiv.org/abs/2112.10752
2022 https://arxiv.org/abs/2205.11487
    also https://imagen.research.google/
2022 https://arxiv.org/abs/2208.12242
    also https://dreambooth.github.io/
2023 https://arxiv.org/abs/2302.05543

# agents
2022 https://openreview.net/pdf?id=BZ5a1r-kVsf
2022 https://arxiv.org/abs/2210.03629
    also https://ai.googleblog.com/2022/11/react-synergizing-reasoning-and-acting.html
2023 https://arxiv.org/abs/2304.03442
2023 https://arxiv.org/abs/2303.11366
2023 https://arxiv.org/abs/2302.04761
https://github.com/Significant-Gravitas/Auto-GPT
https://github.com/yoheinakajima/babyagi

# code-generation
2021 https://arxiv.org/abs/2107.03374
    also https://openai.com/blog/openai-codex
2021 https://www.science.org/stoken/author-tokens/ST-905/full
    also https://www.deepmind.com/blog/competitive-programming-with-alphacode
2022 https://arxiv.org/abs/2203.13474
    also https://blog.salesforceairesearch.com/codegen/

# video-generation
2022 https://arxiv.org/abs/2209.14792
    also https://makeavideo.studio/
2022 https://arxiv.org/abs/2210.02303
    also https://imagen.research.google/video/

# biology-and-medicine
2020 https://arxiv.org/pdf/1905.12265.pdf
    also https://snap.stanford.edu/gnn-pretrain/
2020 https://www.nature.com/articles/s41586-019-1923-7
    also https://www.deepmind.com/blog/alphafold-a-solution-to-a-50-year-old-grand-challenge-in-biology
    also https://www.blopig.com/blog/2021/07/alphafold-2-is-here-whats-behind-the-structure-prediction-miracle/
2022 https://arxiv.org/abs/2212.13138
    also https://www.medrxiv.org/content/10.1101/2022.12.19.22283643v2
    also https://arxiv.org/abs/2303.13375
    also https://www.youtube.com/watch?v=saWEFDRuNJc

# audio-generation
2020 https://arxiv.org/abs/2005.00341
    also https://openai.com/research/jukebox
2022 https://arxiv.org/pdf/2209.03143.pdf
    also https://ai.googleblog.com/2022/10/audiolm-language-modeling-approach-to.html
2023 https://arxiv.org/abs/2301.11325
    also https://google-research.github.io/seanet/musiclm/examples/

# 3d-generation
2020 https://arxiv.org/abs/2003.08934
    also https://www.matthewtancik.com/nerf
2022 https://arxiv.org/pdf/2209.14988.pdf
    also https://dreamfusion3d.github.io/
"""

COUNTS = {
    "gentle-introduction": [5],
    "foundations": [4, 2],
    "deep-dive": [6, 2, 8],
    "building": [7, 2, 2],
    "market": [9, 4],
    "landmarks": [12, 7, 6, 7, 3, 2, 3, 3, 2],
}

CHINESE = r"[\u3400-\u9fff]"
BESIDE_CHINESE = re.compile(rf"{CHINESE} ?[,.:;!?()\"']|[,.:;!?()\"'] ?{CHINESE}")


class Entry(NamedTuple):
    """An item as the sources have it."""

    section: str
    year: int | None
    url: str
    also: list[str]
    once: list[str]


def read_sources():
    entries, section = [], ""
    for line in filter(None, SOURCES.splitlines()):
        *mark, address = line.split()
        if mark == ["#"]:
            section = address
        elif mark in (["also"], ["once"]):
            getattr(entries[-1], mark[0]).append(address)
        else:
            entries.append(Entry(section, int(mark[0]) if mark else None, address, [], []))
    return entries


ENTRIES = read_sources()
SECTIONS = list(dict.fromkeys(entry.section for entry in ENTRIES))


def chinese_texts():
    """Return every Chinese text of the canon, by what it belongs to."""
    fields = [
        (Item, "annotation_zh_hans"),
        (Item, "gloss_zh_hans"),
        (Section, "title_zh_hans"),
        (Section, "introduction_zh_hans"),
        (Link, "title_zh_hans"),
    ]
    return {
        (str(row), name): getattr(row, name)
        for model, name in fields
        for row in model.objects.exclude(**{name: ""})
    }


def top_of(section):
    return top_of(section.parent) if section.parent else section


def test_the_canon_has_96_published_items():
    assert Item.objects.count() == Item.objects.published().count() == len(ENTRIES) == 96


def test_sections_hold_as_many_items_as_in_the_sources_and_in_their_order():
    counts = {}
    for section in Section.objects.order_by("position"):
        if section.items.exists():
            counts.setdefault(top_of(section).slug, []).append(section.items.count())
    assert list(counts.items()) == list(COUNTS.items())


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_holds_the_sources_addresses_in_their_order(section):
    items = Item.objects.filter(section__slug=section).in_canon_order()
    expected = [entry.url for entry in ENTRIES if entry.section == section]
    assert [item.url for item in items] == expected


def test_the_sections_themselves_stand_in_the_sources_order():
    slugs = Item.objects.in_canon_order().values_list("section__slug", flat=True)
    assert list(dict.fromkeys(slugs)) == SECTIONS


def test_every_further_link_of_the_sources_hangs_on_its_item():
    links = Link.objects.exclude(kind=Link.Kind.EARLIER_ADDRESS)
    assert links.count() == 44
    for entry in ENTRIES:
        assert [link.url for link in links.filter(item__url=entry.url)] == entry.also


def test_moved_addresses_are_kept_as_earlier_addresses():
    links = Link.objects.filter(kind=Link.Kind.EARLIER_ADDRESS)
    assert links.count() == 6
    for entry in ENTRIES:
        assert [link.url for link in links.filter(item__url=entry.url)] == entry.once


def test_the_43_years_of_the_sources_are_kept():
    stated = {entry.url: entry.year for entry in ENTRIES if entry.year}
    assert len(stated) == 43
    kept = dict(Item.objects.filter(url__in=stated).values_list("url", "year"))
    assert kept == stated


def test_no_address_carries_tracking():
    addresses = [
        *Item.objects.values_list("url", flat=True),
        *Link.objects.values_list("url", flat=True),
    ]
    for address in addresses:
        parts = urlsplit(address)
        # What names the thing itself: YouTube's video, list and second, OpenReview's paper.
        assert {name for name, _value in parse_qsl(parts.query)} <= {"v", "list", "t", "id"}
        assert "ref=" not in parts.path
        assert not parts.fragment


def test_the_slips_of_the_sources_are_mended():
    assert Item.objects.get(slug="musiclm").title == "MusicLM: Generating music from text"
    assert Author.objects.get(name="John Schulman").items.filter(slug="rlhf-schulman").exists()
    for slip in ("nusic", "Shulman"):
        assert not Item.objects.matching(slip).exists()


def test_every_item_has_valid_facts():
    for item in Item.objects.all():
        item.full_clean()


def test_every_item_names_an_author():
    assert not Item.objects.filter(authors=None).exists()


def test_a_person_of_several_works_is_one_author():
    items = Author.objects.get(name="Andrej Karpathy").items.in_canon_order()
    assert [item.slug for item in items] == [
        "software-2-0",
        "state-of-gpt",
        "understand-backprop",
        "lets-build-gpt",
        "tesla-full-self-driving",
    ]


@pytest.mark.parametrize("field", ["annotation_en", "annotation_zh_hans", "gloss_zh_hans"])
def test_every_item_is_described_in_both_languages(field):
    texts = list(Item.objects.values_list(field, flat=True))
    assert all(texts)
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    "field", ["title_en", "title_zh_hans", "introduction_en", "introduction_zh_hans"]
)
def test_every_section_has_a_title_and_an_introduction_in_both_languages(field):
    assert not Section.objects.filter(**{field: ""}).exists()


def test_chinese_texts_are_chinese():
    assert [key for key, text in chinese_texts().items() if not re.search(CHINESE, text)] == []


def test_chinese_texts_have_full_width_punctuation():
    assert [key for key, text in chinese_texts().items() if BESIDE_CHINESE.search(text)] == []


def test_no_item_builds_on_itself_in_a_roundabout_way():
    sorter = TopologicalSorter()
    for item, builds_on in Dependency.objects.values_list("item__slug", "builds_on__slug"):
        sorter.add(item, builds_on)
    sorter.prepare()  # raises CycleError


@pytest.mark.parametrize(
    ("item", "builds_on"),
    [
        ("chinchillas-wild-implications", "scaling-hypothesis"),  # “builds on the post above”
        ("chinchillas-wild-implications", "chinchilla"),  # “an explainer of … (see below)”
        ("dall-e", "clip"),  # “combines the aforementioned CLIP and GPT-3”
        ("dall-e", "gpt-3"),
        ("dreamfusion", "nerf"),  # “builds on NeRF”
        ("imagen-video", "imagen"),  # “a version of Google’s image-based Imagen model”
        ("scaling-hypothesis", "gpt-3"),  # “the first model to demonstrate this”
        ("sparks-of-agi", "gpt-4"),  # “early analysis … of GPT-4”
        ("bert", "attention-is-all-you-need"),
        ("alpaca", "llama"),
        ("controlnet", "latent-diffusion"),
    ],
)
def test_an_item_builds_on_what_the_sources_say_or_is_plain(item, builds_on):
    assert Item.objects.get(slug=item).builds_on.filter(slug=builds_on).exists()
