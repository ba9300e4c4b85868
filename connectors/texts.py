"""Our plain texts as HTML, and what a marketplace shows of them compared with what we sent."""

import difflib
import html
import re
import unicodedata

# Share of a text that must be found for it to be taken for the same one, changed.
LIKE = 0.8
# Longer texts are compared by their beginning: comparing is slow.
COMPARED = 2000
# Words of a sentence that a shop puts above a text.
MIN_SENTENCE = 4

_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_BREAK = re.compile(r"<(br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)


def to_html(text):
    """A plain text: nothing in it is markup, its lines stay lines in notes."""
    return html.escape(text.strip().replace("\r\n", "\n").replace("\r", "\n"), quote=False)


def to_html_lines(text):
    """The same for places that show HTML as it is."""
    return to_html(text).replace("\n", "<br />")


def has_markup(text):
    """Whether a text must be read as HTML: it holds tags or entities."""
    return bool(_TAG.search(text) or re.search(r"&(#\d+|#x[0-9a-f]+|\w+);", text, re.IGNORECASE))


def fold(text):
    """A plain text for comparisons: line ends, blanks and the spelling of accents do not count."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def normalise(text):
    """The same of HTML or text: tags do not count."""
    return fold(html.unescape(_TAG.sub("", _BREAK.sub(" ", text))))


def is_like(shown, ours):
    """Whether a text that is shown may be `ours`, a plain one, changed there: most of it is."""
    shown, wanted = normalise(shown), fold(ours)
    if _is_below_sentence(shown, wanted):
        return True
    shown, wanted = shown[: COMPARED + 200], wanted[:COMPARED]
    matcher = difflib.SequenceMatcher(None, shown, wanted, autojunk=False)
    matched = sum(block.size for block in matcher.get_matching_blocks() if block.size > 2)
    return matched >= LIKE * len(wanted)


def is_same(shown, ours, store=""):
    """Whether a text that is shown is `ours`, a plain one, maybe below the sentence that the shop
    adds in its language: “<store> has added the following note:”."""
    shown, wanted, store = normalise(shown), fold(ours), normalise(store)
    if shown == wanted:
        return True
    if not (wanted and store and shown.startswith(f"{store} ")):
        return False
    sentence, _colon, rest = shown.removeprefix(store).partition(":")
    return rest.strip() == wanted and len(sentence.split()) >= MIN_SENTENCE


def _is_below_sentence(shown, wanted):
    """Whether a text stands below anybody's sentence, not a word such as “Tracking:”."""
    before = shown.removesuffix(wanted).rstrip() if wanted else shown
    return before != shown and before.endswith(":") and len(before.split()) >= MIN_SENTENCE
