"""The mail relay: an SMTP server whose recipients are threads."""

import asyncio
import email
import email.policy
import email.utils
import logging
import re
import smtplib
import threading
from dataclasses import dataclass, field
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from aiosmtpd.smtp import SMTP
from lxml import etree, html

_logger = logging.getLogger(__name__)
MAX_MAIL = 25 * 1024 * 1024  # bytes
BLOCKS = ("p", "div", "li", "tr", "h1", "h2", "h3", "blockquote", "table", "ul", "ol")


class Refused(Exception):
    """An SMTP answer such as `550 5.1.1 Unknown recipient`."""


@dataclass
class Mail:
    """What of an e-mail matters to a thread."""

    envelope_from: str
    envelope_to: str
    header_from: str
    subject: str
    message_id: str
    text: str
    attachments: list = field(default_factory=list)


def html_to_text(source):
    """Readable text of an HTML body; line breaks where blocks end."""
    try:
        root = html.fromstring(f"<div>{source}</div>")
    except (etree.ParserError, ValueError):
        return ""
    for element in root.iter("script", "style", "head", "title"):
        element.text = None
        for child in list(element):
            element.remove(child)
    for element in root.iter("br", *BLOCKS):
        element.tail = "\n" + (element.tail or "")
        if element.tag != "br":
            element.text = "\n" + (element.text or "")
    lines = (" ".join(line.split()) for line in root.text_content().split("\n"))
    text = "\n".join(lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _content(part):
    """Decoded text of a part, whatever its charset claims."""
    try:
        return part.get_content()
    except (LookupError, UnicodeError, KeyError):
        return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def read_mail(data, envelope_from, envelope_to):
    """bytes -> Mail. The plain part wins over HTML; quotations stay as they are."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    text = _content(body) if body is not None else ""
    if body is not None and body.get_content_type() == "text/html":
        text = html_to_text(text)
    return Mail(
        envelope_from or "",
        envelope_to,
        email.utils.parseaddr(str(message.get("From", "")))[1].lower(),
        str(message.get("Subject", "")),
        str(message.get("Message-ID", "")).strip(),
        text.replace("\r\n", "\n").strip(),
        [part.get_filename() or "attachment" for part in message.iter_attachments()],
    )


class Relay:
    """SMTP on its own thread; finds the seller by the recipient's address."""

    def __init__(self, hub, host, port):
        self.hub = hub
        self.loop = asyncio.new_event_loop()
        self._server = self.loop.run_until_complete(
            self.loop.create_server(self._protocol, host, port)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def _protocol(self):
        return SMTP(
            self,
            data_size_limit=MAX_MAIL,
            enable_SMTPUTF8=True,
            loop=self.loop,
            hostname="relay.sandbox",
        )

    def start(self):
        self._thread.start()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(2)

    # aiosmtpd's hooks

    async def handle_RCPT(self, server, session, envelope, address, options):
        try:
            self._recipient(envelope, address.lower())
        except Refused as refusal:
            return str(refusal)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def _recipient(self, envelope, address):
        if not self.hub.is_relay_address(address):
            return
        seller = self.hub.seller_of_address(address)
        if seller is None:
            raise Refused("550 5.1.1 Unknown recipient")
        with seller.lock:
            fault = seller.faults.take("smtp")
            if fault and fault.fault in ("reject", "temporary"):
                seller.calls.add("smtp", False, fault.fault, address)
                text = "550 5.7.1 Refused" if fault.fault == "reject" else "451 4.3.0 Try later"
                raise Refused(fault.params.get("text") or text)
            seller.check_recipient(address)
        faults = envelope.__dict__.setdefault("sandbox_faults", {})
        faults[address] = fault

    async def handle_DATA(self, server, session, envelope):
        data = envelope.original_content or b""
        faults = getattr(envelope, "sandbox_faults", {})
        try:
            kinds = [self._take(data, envelope, to.lower(), faults) for to in envelope.rcpt_tos]
        except Refused as refusal:
            return str(refusal)
        if "close_before" in kinds or "close_after" in kinds:
            server.transport.abort()
        return "250 OK: queued"

    def _take(self, data, envelope, address, faults):
        """Handle one recipient; returns the name of the fault that hit it, or None."""
        mail = read_mail(data, envelope.mail_from, address)
        if not self.hub.is_relay_address(address):
            self.hub.outside.append(
                {"to": address, "from": mail.header_from, "subject": mail.subject}
            )
            return None
        fault = faults.get(address)
        kind = fault.fault if fault else None
        seller = self.hub.seller_of_address(address)
        if seller is None:
            raise Refused("550 5.1.1 Unknown recipient")
        with seller.lock:
            self._check_sender(seller, mail)
            lost = kind in ("close_before", "silent", "bounce", "delay")
            result = {"status": kind} if lost else seller.receive(address, mail)
            entry = self._record(seller, mail, result)
            seller.calls.add("smtp", not lost, kind, f"{mail.envelope_from} -> {address}")
        self.hub.touch(seller)
        if kind == "bounce":
            threading.Thread(target=bounce, args=(seller, fault, mail), daemon=True).start()
        elif kind == "delay":
            threading.Thread(
                target=self._later, args=(seller, fault.seconds, mail, entry), daemon=True
            ).start()
        return kind

    def _check_sender(self, seller, mail):
        accepted = seller.accepted_senders
        if accepted and mail.header_from not in accepted:
            seller.calls.add("smtp", False, None, f"sender {mail.header_from} refused")
            raise Refused(f"550 5.7.1 Sender {mail.header_from} is not allowed")

    def _record(self, seller, mail, result):
        entry = {
            "at": seller.clock.now().isoformat(timespec="milliseconds"),
            "envelope_from": mail.envelope_from,
            "to": mail.envelope_to,
            "from": mail.header_from,
            "subject": mail.subject,
            "message_id": mail.message_id,
            "text": mail.text,
            "attachments": mail.attachments,
            "discussion_id": None,
            **result,
        }
        seller.mails.append(entry)
        return entry

    def _later(self, seller, seconds, mail, entry):
        self.hub.wait(seconds)
        if self.hub.stopping.is_set():
            return
        with seller.lock:
            entry.update(seller.receive(mail.envelope_to, mail))
        self.hub.touch(seller)


def bounce(seller, fault, mail):
    """Send a delivery failure notice to the envelope sender, where a host is configured."""
    host = fault.params.get("host") or seller.options.get("bounce_host")
    port = int(fault.params.get("port") or seller.options.get("bounce_port") or 0)
    if not (host and port and mail.envelope_from):
        return
    try:
        with smtplib.SMTP(host, port, timeout=10) as client:
            client.sendmail("", [mail.envelope_from], bounce_notice(mail).as_bytes())
    except (OSError, smtplib.SMTPException):
        _logger.warning("the bounce to %s:%s could not be sent", host, port)


def bounce_notice(mail):
    """multipart/report of RFC 3464 for a mail that was not delivered."""
    notice = MIMEMultipart("report", report_type="delivery-status")
    notice["From"] = "Mail Delivery System <mailer-daemon@clemarche.com>"
    notice["To"] = mail.envelope_from
    notice["Subject"] = "Undelivered Mail Returned to Sender"
    notice["Date"] = email.utils.format_datetime(email.utils.localtime())
    notice["Message-ID"] = email.utils.make_msgid(domain="clemarche.com")
    notice["Auto-Submitted"] = "auto-replied"
    if mail.message_id:
        notice["In-Reply-To"] = notice["References"] = mail.message_id
    notice.attach(MIMEText(f"Your message to {mail.envelope_to} could not be delivered.\n"))
    status = MIMEBase("message", "delivery-status")
    status.set_payload(
        [
            _fields(("Reporting-MTA", "dns; relay.sandbox")),
            _fields(
                ("Final-Recipient", f"rfc822; {mail.envelope_to}"),
                ("Action", "failed"),
                ("Status", "5.1.1"),
                ("Diagnostic-Code", "smtp; 550 5.1.1 Unknown recipient"),
            ),
        ]
    )
    notice.attach(status)
    headers = f"Message-ID: {mail.message_id}\nTo: {mail.envelope_to}\n"
    notice.attach(MIMEText(headers, "rfc822-headers"))
    return notice


def _fields(*pairs):
    """One block of a delivery status: a message of header fields only."""
    block = Message()
    for name, value in pairs:
        block[name] = value
    return block
