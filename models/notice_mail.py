"""What the mail of a notice says: links, the customer's text and name, whether it is one, and
whether its sender is believed."""

import html
import re
from email.utils import parseaddr
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html

from odoo.tools import email_normalize

from .html_tools import to_bare_text

_URL = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
_SENDER = re.compile(r"([^@]+@)?[\w-]+(\.[\w-]+)+")
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


# Who is believed --------------------------------------------------------------------------------


def read_senders(text):
    """The addresses and domains of a list that a person wrote; `@` and `*.` before a domain are
    left out."""
    parts = (part.lower() for part in re.split(r"[\s,;]+", text or ""))
    return [part.removeprefix("*.").removeprefix("@") for part in parts if part]


def get_bad_senders(text):
    """The entries of such a list that are neither an address nor a domain."""
    return [entry for entry in read_senders(text) if not _SENDER.fullmatch(entry)]


def is_believed(sender, listed, site_url):
    """Whether a mail's From is one of a list; where that is empty, of the site's own domain.

    A domain holds those below it. A site below a domain is believed from there, too: a shop at
    shop.site.example mails as site.example; not from its other neighbours there.
    """
    address = email_normalize(sender or "")
    if not address:
        return False  # none, or several
    domain, entries = _plain(address.rpartition("@")[2]), read_senders(listed)
    if entries:
        return any(
            address == email_normalize(entry) if "@" in entry else _is_within(domain, _plain(entry))
            for entry in entries
        )
    host = _plain(_get_host(site_url))
    return bool(host) and (_is_within(domain, host) or ("." in domain and _is_within(host, domain)))


def _is_within(domain, parent):
    return domain == parent or domain.endswith(f".{parent}")


def _plain(domain):
    """As mail servers write it, without `www.`."""
    domain = domain.lower().rstrip(".").removeprefix("www.")
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def _get_host(url):
    try:
        return urlsplit(url if "://" in (url or "") else f"//{url or ''}").hostname or ""
    except ValueError:
        return ""
