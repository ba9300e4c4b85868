"""Texts from outside made safe, and texts compared without their dress."""

import re

from lxml import html as lxml_html
from markupsafe import Markup, escape

from odoo.tools import html2plaintext
from odoo.tools.mail import html_sanitize

PREVIEW_LENGTH = 120
# Below this many characters two texts count as equal only when nothing differs.
MIN_CONTAINED = 20

# What marketplaces do not want in an answer.
CONTACT_DETAILS = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+\w"  # e-mail address
    r"|(?:https?://|www\.)\S+"  # link
    # Phone number with its country, no parcel number; without, no date
    r"|(?<!\w)(?!00\d{1,3}[ .\-/]+0)(?:\+|00)[1-9](?:[ .\-/()]{0,2}\d){7,13}(?!\w)"
    r"|(?<!\w)(?!\d\d[./]\d\d[./](?:19|20)\d\d\b)0[1-9](?:[ .\-/]{0,3}\d){7,10}(?!\w)"
)


def find_contact_details(text):
    """E-mail addresses, links and phone numbers in a text, in their order, each once."""
    return list(dict.fromkeys(match.group(0) for match in CONTACT_DETAILS.finditer(text or "")))


def to_safe_html(text, is_html=False):
    """Remote text as Markup: plain text escaped; HTML sanitised, without remote images."""
    if not text:
        return Markup("")
    if not is_html:
        lines = escape(text.replace("\r\n", "\n").strip()).split("\n")
        return Markup("<p>%s</p>") % Markup("<br/>").join(lines)
    return Markup(_drop_images(html_sanitize(text, sanitize_attributes=True, sanitize_form=True)))


def _drop_images(html):
    """Remote images would tell the sender who reads when: they are replaced by their text."""
    if "<img" not in html.lower():
        return html
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    for image in root.xpath(".//img"):
        image.tail = f"{image.get('alt') or ''}{image.tail or ''}"
        image.drop_tree()
    return lxml_html.tostring(root, encoding="unicode")


def to_plain_text(html):
    """What an e-mail in plain text shows of an answer."""
    return html2plaintext(html or "").strip()


def to_bare_text(html):
    """The words of HTML, line by line, without signs for bold or links."""
    if not html:
        return ""
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    for element in root.iter("br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote"):
        element.tail = f"\n{element.tail or ''}"
    lines = [" ".join(line.split()) for line in root.text_content().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def preview(text):
    """The first words of a text, on one line."""
    line = " ".join((text or "").split())
    return line if len(line) <= PREVIEW_LENGTH else f"{line[: PREVIEW_LENGTH - 1]}…"


def without_quotes(html):
    """Sanitised HTML without what it quotes of earlier messages; all of it where it only quotes."""
    if not html:
        return html
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    for quote in root.xpath(".//blockquote | .//*[@data-o-mail-quote]"):
        if quote.getparent() is not None:
            quote.drop_tree()
    if not root.text_content().strip():
        return html
    return Markup(lxml_html.tostring(root, encoding="unicode"))


def is_same_text(ours, theirs, whole=False):
    """Whether a text of the thread is the one that we sent, unless `whole` maybe with something
    added."""
    ours, theirs = _bare(ours), _bare(theirs)
    if not ours or not theirs:
        return False
    return ours == theirs or (not whole and len(ours) >= MIN_CONTAINED and ours in theirs)


def is_short(text):
    """Whether a text says too little to be told from anybody else's."""
    return len(_bare(text)) < MIN_CONTAINED


def _bare(text):
    return re.sub(r"[\W_]+", "", text or "").casefold()
