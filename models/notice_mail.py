"""What the mail of a notice says: links, the customer's text and name, and whether it is one."""

import html
import re
from email.utils import parseaddr

from lxml import etree
from lxml import html as lxml_html

from .html_tools import to_bare_text

_URL = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
MAX_TEXT = 20_000
MAX_LINKS = 200


def read_links(body):
    """The addresses in the HTML of a mail, in their order."""
    return list(dict.fromkeys(_URL.findall(html.unescape(str(body)))))[:MAX_LINKS]


def read_text(body):
    """What the customer wrote, as far as the mail sets it off; else all of it."""
    try:
        root = lxml_html.fragment_fromstring(str(body), create_parent="div")
    except (ValueError, etree.ParserError):
        return ""
    for path in (".//blockquote", ".//i | .//em"):
        found = [
            to_bare_text(lxml_html.tostring(node, encoding="unicode", with_tail=False))
            for node in root.xpath(path)
        ]
        longest = max(found, key=len, default="").strip(' \n"“”«»')
        if longest:
            return longest[:MAX_TEXT]
    return to_bare_text(str(body))[:MAX_TEXT]


def get_reply_name(header):
    """The name of whom an answer would go to, not the address: that is no contact of ours."""
    return parseaddr(str(header or ""))[0][:100]


def is_auto_reply(message):
    """Whether a machine answers or a mail comes back. Notices are machines' mails, too: what only
    says that is no reason."""
    headers = {
        name: str(message.get(name) or "").strip().lower()
        for name in ("Auto-Submitted", "Precedence", "X-Autoreply", "X-Autorespond", "Return-Path")
    }
    return (
        headers["Auto-Submitted"].startswith("auto-replied")
        or headers["Precedence"] in ("auto_reply", "auto-reply")
        or bool(headers["X-Autoreply"] or headers["X-Autorespond"])
        or headers["Return-Path"] == "<>"
        or message.get_content_type() == "multipart/report"
    )
