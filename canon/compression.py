"""Compression of what is rendered; static files are compressed once and for all."""

import re
import secrets

import brotli
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

# Smaller than gzip's best by a seventh, at what gzip's usual costs.
QUALITY = 5
# The logarithm of how far back a stream looks: a quarter of a megabyte, as long as any page.
WINDOW = 18
SHORTEST = 200  # bytes, as Django has it
MOST_PADDING = 100  # bytes, as Django has it
ACCEPTS_BROTLI = re.compile(r"\bbr\b(?!\s*;\s*q=0(\.0*)?\b)")


class CompressionMiddleware(GZipMiddleware):
    """Compresses with Brotli where the browser takes it, and as Django does elsewhere."""

    max_random_bytes = MOST_PADDING

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Return `response` compressed, if it is worth it and not yet done."""
        is_whole = not response.streaming and not response.has_header("Content-Encoding")
        accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
        if not is_whole or not ACCEPTS_BROTLI.search(accepted):
            return super().process_response(request, response)
        if len(response.content) < SHORTEST:  # type: ignore[attr-defined]
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        response.content = compress(response.content)  # type: ignore[attr-defined]
        response.headers["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
        response.headers["Content-Encoding"] = "br"
        tag = response.headers.get("ETag", "")
        if tag.startswith('"'):
            response.headers["ETag"] = f"W/{tag}"
        return response


def compress(text: bytes) -> bytes:
    """Return `text` as a Brotli stream, with noise of random length in it.

    The noise hides from whoever watches the line how well a guess of theirs, put into the page by
    an address, was compressed together with a secret on it (the BREACH attack).
    """
    compressor = brotli.Compressor(quality=QUALITY, lgwin=WINDOW)
    # After a flush the stream stands at the beginning of a byte.
    body = compressor.process(text) + compressor.flush()
    noise = secrets.token_bytes(1 + secrets.randbelow(MOST_PADDING))
    return bytes(body + metadata(noise) + compressor.finish())


def metadata(noise: bytes) -> bytes:
    """Return a block of 1 to 256 bytes that decoders skip: RFC 7932, section 9.2.

    Its head, from the lowest bit: not the last block (0), without data (11), reserved (0), the
    length in one byte (01), and the length less one in eight bits.
    """
    head = 0b11 << 1 | 0b01 << 4 | len(noise) - 1 << 6
    return head.to_bytes(2, "little") + noise


def uncompressed(text: bytes) -> bytes:
    """Return a block that holds 1 to 65,536 bytes as they are: RFC 7932, section 9.2.

    Its head, from the lowest bit: not the last block (0), the length in four nibbles (00), the
    length less one in sixteen bits, uncompressed (1).
    """
    head = len(text) - 1 << 3 | 1 << 19
    return head.to_bytes(3, "little") + text


class Mould:
    """A text compressed as far as it goes, once, in which one word can still be changed.

    The word's first place is a block of its own that is not compressed. Where it stands again, the
    stream says “as before”, and so follows it.
    """

    def __init__(self, text: bytes, word: bytes) -> None:
        """Compress `text` around `word`; raises ValueError where the word cannot be changed."""
        before, found, after = text.partition(word)
        # What follows is coded by the two bytes before it, so that these must not change.
        self.fixed = after[:2]
        compressor = brotli.Compressor(quality=11, lgwin=WINDOW)
        self.before = compressor.process(before) + compressor.flush()
        compressor.process(word + self.fixed) + compressor.flush()
        self.after = compressor.process(after[2:]) + compressor.finish()
        other = bytes(reversed(word))
        if not found or not self.gives(text.replace(word, other), other):
            raise ValueError("The word is woven into the stream.")

    def gives(self, text: bytes, word: bytes) -> bool:
        """Tell whether the stream with `word` in its places is `text`."""
        try:
            return bool(brotli.decompress(self.fill(word)) == text)
        except brotli.error:
            return False

    def fill(self, word: bytes) -> bytes:
        """Return the stream with `word`, which is as long as the first one, in its places."""
        return bytes(self.before + uncompressed(word + self.fixed) + self.after)
