"""Threads, closing, relay addresses and the mail that goes through them."""

import contextlib
import smtplib
import socket
import threading
import time
from email.message import EmailMessage

import pytest


def send(server, address, text="Bonjour", html=None, message_id="<1@shop.test>", **more):
    """One mail through the relay; smtplib's exceptions come through."""
    message = EmailMessage()
    message["From"] = more.get("sender", "shop@shop.test")
    message["To"] = address
    message["Subject"] = "Votre commande"
    message["Message-ID"] = message_id
    if html:
        message.set_content(html, subtype="html")
    else:
        message.set_content(text)
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=5) as client:
        client.send_message(message)


def messages(world, identifier):
    return world.control("GET", f"discussions/{identifier}")["messages"]


@pytest.fixture
def claim(world):
    number = world.order(state="Shipped")["number"]
    return world.discussion(order_number=number, text="Où est mon colis ?")


def test_close(world, claim):
    identifier = claim["id"]
    assert world.close(identifier, 1) == ["UnauthorizedLastAnswer", "DiscussionNotFound"]
    world.control(
        "POST", f"discussions/{identifier}/messages", {"sender": "seller", "text": "En route"}
    )
    world.control("PATCH", f"discussions/{identifier}", {"cancel_pending": True})
    assert world.close(identifier) == ["UnauthorizedCancelPending"]
    world.control("PATCH", f"discussions/{identifier}", {"cancel_pending": False})
    assert world.close(identifier) == ["DiscussionClosed"]
    assert world.close(identifier) == ["AlreadyClosed"]
    answer = world.call("GetOrderClaimList")
    assert answer.one("CloseDate") == answer.one("LastUpdatedDate")
    world.control("POST", f"discussions/{identifier}/messages", {"text": "Toujours rien"})
    answer = world.call("GetOrderClaimList")
    assert (answer.one("Status"), answer.one("CloseDate")) == ("Open", None)


def test_kind_may_change(world):
    number = world.order()["number"]
    question = world.discussion(kind="order_question", order_number=number, text="?")
    assert world.call("GetOrderQuestionList").texts("Id") == [str(question["id"])]
    world.control(
        "PATCH",
        f"discussions/{question['id']}",
        {"kind": "claim", "claim_type": "DamagedProduct"},
    )
    assert world.call("GetOrderQuestionList").texts("Id") == []
    assert world.call("GetOrderClaimList").texts("Id") == [str(question["id"])]
    assert world.call("GetOrderList").one("HasClaims") == "true"


def test_same_id_at_two_sellers(server):
    for world in (server.world(), server.world()):
        world.discussion(kind="offer_question", id=123456789, text="?")
        assert world.call("GetOfferQuestionList").texts("Id") == ["123456789"]


def test_status_filter(world, claim):
    for state, found in (("NotProcessed", 0), ("Open", 1), ("Closed", 0), ("All", 1)):
        param = (
            "<orderClaimFilter><StatusList><DiscussionStateFilter>"
            f"{state}</DiscussionStateFilter></StatusList></orderClaimFilter>"
        )
        assert len(world.call("GetOrderClaimList", param).all("OrderClaim")) == found


def test_addresses(world, claim):
    (address, status), unknown = world.mail_addresses(claim["id"], 1)
    assert status == "Success" and unknown == (None, "UnknownError")
    assert len(address.partition("@")[0]) == 20
    world.control("PATCH", f"discussions/{claim['id']}", {"status": "Closed"})
    assert world.mail_addresses(claim["id"]) == [(address, "DiscussionClosed")]


def test_mail_reaches_the_thread(server, world, claim):
    [(address, _)] = world.mail_addresses(claim["id"])
    send(server, address, "Bonjour,\nvoici l'été.\n\n> Où est mon colis ?\n")
    last = messages(world, claim["id"])[-1]
    assert last["sender"] == "seller"
    assert last["sender_name"] == world.login.removesuffix("-api")
    assert last["content"] == "Bonjour,\nvoici l'été.\n\n> Où est mon colis ?"
    assert world.close(claim["id"]) == ["DiscussionClosed"]
    assert world.state()["mails"][0]["status"] == "appended"


def test_html_mail(server, world, claim):
    [(address, _)] = world.mail_addresses(claim["id"])
    send(server, address, html="<p>Bonjour&nbsp;!</p><script>x()</script><p>un<br>deux</p>")
    assert messages(world, claim["id"])[-1]["content"] == "Bonjour !\n\nun\ndeux"


@pytest.mark.parametrize("dedupe, count", [(False, 3), (True, 2)])
def test_same_mail_twice(server, dedupe, count):
    world = server.world(options={"dedupe_mail": dedupe})
    thread = world.discussion(kind="offer_question", text="?")
    [(address, _)] = world.mail_addresses(thread["id"])
    send(server, address)
    send(server, address)
    assert len(messages(world, thread["id"])) == count


def test_generated_address_opens_a_question(server, world):
    number = world.order()["number"]
    ns = (
        "http://schemas.datacontract.org/2004/07/"
        "Cdiscount.Service.Marketplace.API.External.Contract.Data.Mail"
    )
    param = f'<request xmlns:a="{ns}"><a:ScopusId>{number}</a:ScopusId></request>'
    address = world.call("GenerateDiscussionMailGuid", param).one("MailGuid")
    assert world.call("GetOrderQuestionList").texts("Id") == []
    send(server, address, "Votre colis part demain")
    send(server, address, "Il est parti", message_id="<2@shop.test>")
    answer = world.call("GetOrderQuestionList")
    assert answer.one("OrderNumber") == number
    assert answer.texts("Content") == ["Votre colis part demain", "Il est parti"]


def test_addresses_expire(server, world, claim):
    [(address, _)] = world.mail_addresses(claim["id"])
    world.control("POST", "clock", {"offset_seconds": 28.5 * 86400})
    world.control("POST", "tokens/expire")
    del world._token
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(server, address)
    [(fresh, _)] = world.mail_addresses(claim["id"])
    assert fresh != address
    send(server, fresh)
    world.control("POST", "mail_addresses/expire")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(server, fresh)


def test_unknown_recipient_and_sender(server):
    world = server.world(accepted_senders=["desk@shop.test"])
    thread = world.discussion(kind="offer_question", text="?")
    [(address, _)] = world.mail_addresses(thread["id"])
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(server, "c.unknown@clemarche.com")
    with pytest.raises(smtplib.SMTPDataError) as caught:
        send(server, address)
    assert caught.value.smtp_code == 550
    send(server, address, sender="Desk <desk@shop.test>")


@pytest.mark.parametrize(
    "fault, error, count",
    [
        ("reject", smtplib.SMTPRecipientsRefused, 1),
        ("temporary", smtplib.SMTPRecipientsRefused, 1),
        ("close_before", smtplib.SMTPServerDisconnected, 1),
        ("close_after", smtplib.SMTPServerDisconnected, 2),
        ("silent", None, 1),
    ],
)
def test_smtp_faults(server, world, claim, fault, error, count):
    [(address, _)] = world.mail_addresses(claim["id"])
    world.fault("smtp", fault)
    with pytest.raises(error) if error else contextlib.nullcontext():
        send(server, address)
    assert len(messages(world, claim["id"])) == count
    send(server, address)
    assert len(messages(world, claim["id"])) == count + 1


def test_delayed_mail(server, world, claim):
    [(address, _)] = world.mail_addresses(claim["id"])
    world.fault("smtp", "delay", seconds=0.3)
    send(server, address)
    assert len(messages(world, claim["id"])) == 1
    time.sleep(0.6)
    assert len(messages(world, claim["id"])) == 2


def test_bounce(server, world, claim):
    """The notice comes back over SMTP; a bare socket plays the mail server."""
    listener = socket.create_server(("127.0.0.1", 0))
    received = []
    thread = threading.Thread(target=_take_mail, args=(listener, received))
    thread.start()
    [(address, _)] = world.mail_addresses(claim["id"])
    world.fault("smtp", "bounce", port=listener.getsockname()[1])
    send(server, address, message_id="<42@shop.test>")
    thread.join(5)
    listener.close()
    text = "".join(received)
    assert "rcpt TO:<shop@shop.test>" in text
    assert "report-type" in text and "In-Reply-To: <42@shop.test>" in text
    assert world.state()["mails"][0]["status"] == "bounce"


def _take_mail(listener, received):
    listener.settimeout(5)
    connection, _ = listener.accept()
    with connection, connection.makefile("rw", newline="\r\n") as stream:
        in_data = False
        _say(stream, "220 test")
        for line in stream:
            received.append(line)
            if in_data and line != ".\r\n":
                continue
            word = line[:4].upper()
            in_data = word == "DATA"
            _say(stream, "354 go" if in_data else "221 bye" if word == "QUIT" else "250 ok")
            if word == "QUIT":
                return


def _say(stream, text):
    stream.write(text + "\r\n")
    stream.flush()
