"""What the workers of a served site keep in memory, over time. Linux only: it asks /proc."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.server import Site

MEGABYTE = 1024  # /proc counts kilobytes
# In tenths of the whole run: caches fill, and each thread's first requests take their room.
WARM_UP = 0.3
# Megabytes a minute of a worker's own memory. A leak of one kilobyte a request is about one.
MOST_GROWTH = 0.5


@dataclass(frozen=True)
class Sample:
    """What one worker had at one moment, in megabytes: all it sees, and what is its alone."""

    minute: float
    rss: float
    uss: float


@dataclass
class Memory:
    """All samples of a run, by process id of the worker."""

    site: Site
    start: float = field(default_factory=time.monotonic)
    samples: dict[int, list[Sample]] = field(default_factory=lambda: defaultdict(list))

    def take(self) -> None:
        """Look at every worker once."""
        minute = (time.monotonic() - self.start) / 60
        for pid in workers(self.site):
            rss, uss = sizes(pid)
            self.samples[pid].append(Sample(minute, rss, uss))

    async def watch(self, seconds: float) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            self.take()
            await asyncio.sleep(seconds)

    def growth(self, pid: int) -> float:
        """Return how a worker's own memory grew after the warm-up, in megabytes a minute.

        The slope of the straight line nearest to the samples: a single high one decides nothing.
        """
        last = self.samples[pid][-1].minute
        kept = [sample for sample in self.samples[pid] if sample.minute >= last * WARM_UP]
        times = [sample.minute for sample in kept]
        owned = [sample.uss for sample in kept]
        middle, mean = sum(times) / len(times), sum(owned) / len(owned)
        spread = sum((at - middle) ** 2 for at in times)
        if not spread:
            return 0.0
        pairs = zip(times, owned, strict=True)
        return sum((at - middle) * (size - mean) for at, size in pairs) / spread

    def faults(self, count: int) -> list[str]:
        """Return what is wrong: a worker that was replaced, or one that grows."""
        found = [
            f"a worker grows by {growth:.2f} MB a minute"
            for growth in map(self.growth, self.samples)
            if growth > MOST_GROWTH
        ]
        if len(self.samples) != count:
            found.append(f"{len(self.samples)} workers were seen, {count} were started")
        return found

    def table(self) -> list[str]:
        """Return a table with the first sample of each minute, and the growth, in Markdown."""
        pids = sorted(self.samples)
        names = [f"worker {number} {kind}" for number in range(1, len(pids) + 1) for kind in KINDS]
        lines = [f"| minute | {' | '.join(names)} |", f"|--:|{'--:|' * len(names)}"]
        for minute in range(int(self.samples[pids[0]][-1].minute) + 1):
            cells = []
            for pid in pids:
                later = [found for found in self.samples[pid] if found.minute >= minute]
                if later:
                    cells += [f"{later[0].rss:.1f}", f"{later[0].uss:.1f}"]
            lines.append(f"| {minute} | {' | '.join(cells)} |")
        growths = " | ".join(f"| {self.growth(pid):+.2f}" for pid in pids)
        return [*lines, f"| MB a minute, after the warm-up | {growths} |"]


KINDS = ("RSS", "USS")


def workers(site: Site) -> list[int]:
    """Return the ids of the workers of `site`: what its first process has started."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            words = (status.parent / "environ").read_bytes()
            parent = re.search(r"PPid:\s+(\d+)", status.read_text())
        except OSError:
            continue
        if parent and str(site.data).encode() in words:
            found[int(status.parent.name)] = int(parent[1])
    return sorted(pid for pid, parent in found.items() if parent in found)


def sizes(pid: int) -> tuple[float, float]:
    """Return what a process has resident, and how much of it is shared with no other."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    values = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    own = values["Private_Clean"] + values["Private_Dirty"]
    return values["Rss"] / MEGABYTE, own / MEGABYTE
