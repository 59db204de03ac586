"""The settings of production, with the views of the floor beside the site's own."""

from canon.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
