"""The reading room: sections, items, links, and every page about them."""
