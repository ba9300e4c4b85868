"""Mails of the site: those to customers are noted only, notices to our vendor leave by SMTP."""

import email.utils
import logging
import smtplib
import threading
from email.message import EmailMessage

from ..relay import html_to_text
from .wire import html

_logger = logging.getLogger(__name__)


def to_customer(seller, address, subject, text):
    """Only noted. `text` may be HTML."""
    return _note(seller, address, subject, html_to_text(text))


def _note(seller, address, subject, text, **more):
    entry = {
        "at": seller.now().isoformat(),
        "from": f"{seller.login}@site.example",
        "to": address,
        "subject": subject,
        "text": text,
        "attachments": [],
        "status": "sent",
        **more,
    }
    seller.mails.append(entry)
    return entry


def link(seller, kind, number):
    """The direct link into the store manager. `kind`: enquiry or support."""
    return f"{seller.home}/store-manager/{kind}-manage/{number}/"


def notice(seller, kind, record, text, reply=False):
    """A notice about an inquiry or a ticket. Only our vendor's leave the site."""
    vendor = seller.users[record.vendor_id]
    name, about = record.customer_name, _about(seller, kind, record)
    what = {"enquiry": "inquiry", "support": "support ticket"}[kind]
    number = f"{record.id:06}"
    subject = f"[{seller.shop}] {'Reply to' if reply else 'New'} {what} #{number} - {about}"
    begin = "There is a reply to" if reply else "There is a new"
    body = (
        f"<p>Hi,</p><p>{begin} {what} <b>#{number}</b> by {html(name)} about {html(about)}.</p>"
        f"<blockquote><i>{html(text)}</i></blockquote>"
        f'<p>To answer it, please <a href="{link(seller, kind, record.id)}">click here</a>.</p>'
        "<p>Thank you</p>"
    ).replace("\n", "<br/>")
    address = seller.options["notice_to"] or vendor.email
    message = _message(seller, record, subject, body, address)
    entry = _note(seller, address, subject, html_to_text(body), raw=message.as_string())
    if vendor is seller.vendor:
        _leave(seller, message, address)
    else:
        entry["to"] = vendor.email
    return entry


def _about(seller, kind, record):
    if kind == "support":
        return f"order #{seller.orders[record.order_id].number}"
    product = seller.products.get(record.product_id)
    return product.name if product else seller.user_name(record.vendor_id)


def _message(seller, record, subject, body, address):
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = f"{seller.shop} <{seller.login}@site.example>"
    message["To"] = address
    message["Reply-To"] = f"{record.customer_name} <{record.customer_email}>"
    message["Date"] = email.utils.format_datetime(seller.now())
    message["Message-ID"] = email.utils.make_msgid(domain="site.example")
    message.set_content(body, subtype="html")
    return message


def _leave(seller, message, address):
    """In the background, where a host is set."""
    host, port = seller.options["notice_host"], int(seller.options["notice_port"] or 0)
    if host and port:
        arguments = (host, port, f"{seller.login}@site.example", address, message)
        threading.Thread(target=_send, args=arguments, daemon=True).start()


def _send(host, port, sender, address, message):
    try:
        with smtplib.SMTP(host, port, timeout=10) as client:
            client.send_message(message, sender, [address])
    except (OSError, smtplib.SMTPException):
        _logger.warning("a notice to %s:%s could not be sent", host, port)
