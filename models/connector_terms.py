"""The connectors' English sentences, listed here so that Odoo exports and translates them.

A test checks that no sentence of a connector is missing from these lists.
"""

import re

from odoo.tools.translate import LazyTranslate, get_translation

from ..connectors import get_provider_selection

_lt = LazyTranslate(__name__)

MODULE = "marketplace_helpdesk"

TERMS = (
    _lt("It could not be sent because of a fault in Odoo. Tell your administrator."),
    _lt("Parcel not received"),
    _lt("Incomplete parcel"),
    _lt("Accessories missing"),
    _lt("Damaged product"),
    _lt("Wrong product"),
    _lt("Wrong refund amount"),
    _lt("Refund not received"),
    _lt("Product does not work"),
    _lt("Other"),
    _lt("Wants to cancel a product"),
    _lt("Wants to cancel the order"),
    _lt("Withdraws from the purchase"),
    _lt("Order not shipped"),
    _lt("Orders"),
    _lt("Claims"),
    _lt("Questions about orders"),
    _lt("Questions about offers"),
    _lt("Customer's claim"),
    _lt("Refund on our own initiative"),
    _lt("Customer withdraws from the purchase"),
    _lt("Compensation for missing stock"),
    _lt("Product or accessory delivered damaged or missing"),
    _lt("Wrong reference, colour or size"),
    _lt("Fees wrongly charged to the customer"),
    _lt("Late delivery"),
    _lt("Product return fees"),
    _lt("Shipping fees"),
    _lt("Warranty or withdrawal period passed"),
    _lt("Others"),
    _lt(
        "A closed discussion still has a relay address, but what becomes of a mail to "
        "it is not documented."
    ),
    _lt("How the mail relay treats attachments is not documented."),
    _lt("A relay address leads to the customer only."),
    _lt("Cdiscount has no call to write to its own staff."),
    _lt("A line is refunded whole: the call knows no quantity."),
    _lt(
        "A line is refunded whole: the call knows no amount. A commercial gesture gives "
        "back a free amount."
    ),
    _lt(
        "Shipping charges are refunded only together with their line. A commercial "
        "gesture with the reason “Shipping fees” gives them back on their own."
    ),
    _lt("Cdiscount has no incidents, only discussions."),
    _lt("It was closed already."),
    _lt("Cdiscount closes a discussion only when the last message is ours: answer first."),
    _lt("Cdiscount does not close it while a cancellation of the order is pending."),
    _lt("Cdiscount does not know this discussion."),
    _lt("The order is no longer in a state that allows this. Look at its state at Cdiscount."),
    _lt("Cdiscount calls the refund request invalid: it names no order or nothing to refund."),
    _lt("Cdiscount does not know this order."),
    _lt("This was refunded already."),
    _lt("Cdiscount does not know this order line."),
    _lt("The order is no longer in a state that allows this."),
    _lt("The order line is no longer in a state that allows this."),
    _lt("Cdiscount does not accept the carrier or the tracking data."),
    _lt("Part of the order was cancelled meanwhile."),
    _lt("The customer cancelled this line meanwhile."),
    _lt("Cdiscount does not allow a change of this order."),
    _lt("Cdiscount does not allow a change of this order line."),
    _lt("The seller account is not active at Cdiscount."),
    _lt("The seller account may not do this at Cdiscount."),
    _lt("Cdiscount does not show this order."),
    _lt(
        "Cdiscount wants a decision for every line of the order at once, without fees. "
        "Nothing was sent: look at the order's lines and ask again."
    ),
    _lt(
        "Cdiscount wants a carrier or a tracking link for the lines that are shipped. "
        "Nothing was sent."
    ),
    _lt("The hourly number of calls that Cdiscount allows is used up."),
    _lt("Cdiscount's answer cannot be read."),
    _lt("Cdiscount reported a technical problem on its side."),
    _lt("No order of the last 7 days can be read."),
    _lt(
        "Cdiscount gave no relay address for a recent order. Ask its support whether "
        "the account may write to customers."
    ),
    _lt(
        "Cdiscount did not understand the call. Nothing was done; this is a fault of "
        "the connector or of an entered value."
    ),
    _lt(
        "The API account may not use this operation. Give it the rights in the seller's "
        "back office at Cdiscount."
    ),
    _lt("Login and password of the API account are missing."),
    _lt(
        "Cdiscount refused the login. Check login (it ends in “-api”) and password of "
        "the API account."
    ),
    _lt(
        "Cdiscount's token service gave no token, perhaps a page against robots. Check "
        "whether this server's IP address is allowed there."
    ),
    _lt("Cdiscount's token service does not work; nothing was sent. It is tried again later."),
    _lt("The marketplace's answer cannot be read."),
    _lt(
        "The call cannot be written: a value has a form that the marketplace does not "
        "know. Nothing was sent."
    ),
    _lt("The marketplace's server has a problem."),
    _lt("The connection broke before the whole answer was here."),
    _lt("No complete answer came in time."),
    _lt("The answer is compressed in a way that was not asked for."),
    _lt("The compressed answer is cut off."),
    _lt("The marketplace refused the login."),
    _lt("Too many calls: the marketplace asks to wait."),
    _lt(
        "The marketplace's server refused the call. Check the address of the account, "
        "and whether this server's IP address is allowed there."
    ),
    _lt(
        "The marketplace's server cannot be reached: nothing was sent. Check the "
        "address and the network; it is tried again later."
    ),
    _lt("The answer is too large and was not read."),
    _lt("The compressed answer is damaged."),
    _lt("Token"),
    _lt("Claims and questions"),
    _lt("Relay address"),
    _lt("Refunds"),
    _lt("A token was issued."),
    _lt("Not tried."),
    _lt("Not tested: a test would be a real refund."),
    _lt("Not tested: a test would be a real message."),
    _lt("Not tested: a test would be a real solution."),
    _lt("Not tested: there is no order to test with."),
    _lt("Only an administrator's key may read them; not needed."),
    _lt("The orders of the last 7 days were read."),
    _lt("The claims and questions of the last 7 days were read."),
    _lt("Cdiscount gave an address."),
    _lt("Not tested: there is no recent order to test with."),
    _lt("Cdiscount refused it and gave no reason."),
    _lt("Cdiscount refused it because of a technical problem on its side."),
    _lt("Cdiscount does not show this change."),
    _lt("A message must have 3 to 50,000 characters. Nothing was sent."),
    _lt("An amount above 0 is needed."),
    _lt("Answers"),
    _lt("Cdiscount does not show the order."),
    _lt("Changes become visible late at Cdiscount."),
    _lt("Connection"),
    _lt("Documents"),
    _lt("Documents of orders can be read."),
    _lt("Each line is cancelled on its own."),
    _lt("Figures"),
    _lt("Incident, refund and response figures can be read."),
    _lt("Incidents"),
    _lt("Marking an incident as solved twice is taken as harmless."),
    _lt("Messages"),
    _lt("Messages can be read."),
    _lt("Mirakl knows no gesture of its own: refund an amount with the reason that fits."),
    _lt(
        "Mirakl refused the OAuth client. Check client id and secret, or leave the client id "
        "empty and give the API key of a user."
    ),
    _lt("Mirakl's answer cannot be read."),
    _lt("Mirakl's token service does not work; nothing was sent. It is tried again later."),
    _lt(
        "More is asked than is left of the line: something was given back meanwhile. Nothing "
        "was sent. Look at the order and ask again."
    ),
    _lt("No line changed, and Cdiscount refuses to decide a line twice."),
    _lt("No line was refunded, and Cdiscount refuses to refund a line twice."),
    _lt("No picture was taken before sending."),
    _lt("Not more than 50 files can be attached. Nothing was sent."),
    _lt("Orders and incidents can be read."),
    _lt("Reasons"),
    _lt("Refunds and cancellations"),
    _lt("Settings of the marketplace"),
    _lt("Several equal gestures appeared: one may be of somebody else."),
    _lt("Shop"),
    _lt("Solving incidents"),
    _lt("Something else was given back meanwhile: it may be this or not."),
    _lt("Something new came in this thread. Read it, then send your answer again."),
    _lt("Text and files may have 30 MB together. Nothing was sent."),
    _lt("The API key holds characters that no key has. Copy it again."),
    _lt("The API key is missing."),
    _lt("The address of the marketplace is missing."),
    _lt("The customer is charged already: refund the line instead. Nothing was sent."),
    _lt(
        "Nothing of this order line can be given back in its present state at the marketplace. "
        "Nothing was sent."
    ),
    _lt("The customer is not charged yet: cancel the line instead. Nothing was sent."),
    _lt("The incident of this line is closed already: nothing was sent."),
    _lt("The key may not do this: take the key of an administrator of the shop."),
    _lt("The marketplace answers and knows the key."),
    _lt(
        "The marketplace did not accept our token; nothing was done. The next try asks for a "
        "new one."
    ),
    _lt("The marketplace did not take the document."),
    _lt(
        "The marketplace does not know the shop with this number, or the key is not for it. "
        "Check “Shop Number” on the account."
    ),
    _lt(
        "The marketplace does not let you write to this recipient in this thread. Choose "
        "another one."
    ),
    _lt("The marketplace does not show the order."),
    _lt("The marketplace does not show this change."),
    _lt("The marketplace does not show this order line."),
    _lt("The marketplace does not show this order."),
    _lt("The marketplace may still be working on it."),
    _lt("The marketplace names nobody who could be written to in this thread."),
    _lt("The marketplace refused it and gave no reason."),
    _lt(
        "The marketplace refused the key. Make a new one in its back office, in the menu of "
        "the user, under “API key”; test and production have different keys."
    ),
    _lt("The marketplace takes no document of this type. A PDF is taken."),
    _lt("The marketplace wants a reason. Choose one."),
    _lt("The marketplace's reasons can be read."),
    _lt("The marketplace's settings can be read."),
    _lt("The order shows no such gesture, which is no proof at Cdiscount."),
    _lt("The order shows nothing new that was given back."),
    _lt("The secret of the OAuth client is missing."),
    _lt("The shop's name and state can be read."),
    _lt("The thread does not show this message."),
    _lt("The same text went to somebody else: it may be this message or not."),
    _lt("The thread is full: it has 1,000 messages. Start a new conversation about the order."),
    _lt("Threads at Mirakl are never closed."),
    _lt("Threads at Mirakl are never closed; an incident is marked as solved."),
    _lt("A comment is a text without files."),
    _lt(
        "A comment that the customer may see has no way back: customers answer in the shop or "
        "by mail."
    ),
    _lt("Address"),
    _lt("Comments"),
    _lt("Comments are sent again: the shop drops those that it has already."),
    _lt("Login"),
    _lt("Login and password of the shop's module are missing."),
    _lt("Not known: the shop answers a call without comments with an error."),
    _lt("Not tested: a test would be a real comment."),
    _lt("Nothing to test from here: with this account Odoo is the shop, and OpenSi calls it."),
    _lt("OpenSi carries comments of orders, nothing else."),
    _lt(
        "Orders at Cdiscount have no comments: what the customer may see leaves as a message "
        "about the order."
    ),
    _lt(
        "Orders at Mirakl have no comments: what the customer may see leaves as a message about "
        "the order."
    ),
    _lt("The comment has characters that cannot be sent. Type it anew without them."),
    _lt("The comment has no date."),
    _lt("The comment is empty."),
    _lt(
        "The comment's number must be of digits, at most 2,147,483,647. Give the account "
        "another range of numbers."
    ),
    _lt("The order has no number of its own."),
    _lt("The order has no number of the shop."),
    _lt("The order's number has characters that cannot be sent."),
    _lt("The order's own number has more than 11 characters."),
    _lt("The shop answers, and the key is protected on the way."),
    _lt(
        "The shop answers, but the key can be read on the way: http:// is allowed for this account."
    ),
    _lt(
        "The shop does not know an order of this number. Correct the number on the order, then "
        "send the comment again."
    ),
    _lt(
        "The shop does not know the website code. Check it: it is that of the OpenSi module in "
        "the shop."
    ),
    _lt(
        "The shop has another comment with this number and dropped this one. Give the account "
        "another range of numbers."
    ),
    _lt("The shop knows login and password."),
    _lt("The shop knows the website code."),
    _lt("The shop refused it and gave no reason."),
    _lt(
        "The shop refused the login. Check login and password: they are those of the OpenSi "
        "module in the shop."
    ),
    _lt(
        "The shop said nothing about this comment: it takes no comments for this order, perhaps "
        "because the order is blocked or closed."
    ),
    _lt(
        "The shop's address must begin with https://, else everybody on the way can read the "
        "key. An account can be set to allow http://."
    ),
    _lt("The shop's number of the order has more than 20 characters."),
    _lt("There is nothing to close."),
    _lt("This comment could not be stored."),
    _lt("This order is not in the shop."),
    _lt("Web service"),
    _lt("Website code"),
    _lt("A message may have 50,000 characters. Nothing was sent."),
    _lt("A note goes to the customer or to nobody."),
    _lt("A note is a text without files."),
    _lt("A note may have 50,000 characters."),
    _lt("A note with nearly this text came meanwhile: it may be this one, changed by the shop."),
    _lt("A note that cannot be read came meanwhile: it may be this one."),
    _lt(
        "The marketplace does not tell now whether support tickets can be answered by a call. It "
        "is tried again later."
    ),
    _lt("An answer goes to the customer."),
    _lt("An answer with nearly this text came meanwhile: it may be this one, changed there."),
    _lt("Answers and notes are texts without files."),
    _lt(
        "Choose whether the shop's payment service pays the money back, or whether the refund is "
        "only noted there. Nothing was sent."
    ),
    _lt("Choose whether the units go back into the shop's stock. Nothing was sent."),
    _lt("Consumer key and consumer secret are missing."),
    _lt("Giving money back"),
    _lt("Inquiries"),
    _lt("Inquiries are never closed, and support tickets only in the store manager."),
    _lt("Inquiries can be read."),
    _lt("It can be asked beforehand whether a payment service pays back."),
    _lt(
        "More is asked than is left of the order: something was given back meanwhile. Nothing "
        "was sent. Look at the order and ask again."
    ),
    _lt("Not known."),
    _lt(
        "Not offered: WCFM has no call for refunds of its sellers. Ask for them in the store "
        "manager."
    ),
    _lt("Notes of orders can be read."),
    _lt(
        "Nothing of this order can be given back in its present state at the shop. Nothing was "
        "sent."
    ),
    _lt("Order comments"),
    _lt("Order notes"),
    _lt("Payment services"),
    _lt("Reached as a seller (wcfmmp/v1), with the seller's own orders only."),
    _lt("Reached as the shop's operator (wc/v3), with all its orders."),
    _lt(
        "Reached as the shop's operator (wc/v3), with all its orders. Calls are signed, but "
        "orders and customers can be read on the way: the address has no https://."
    ),
    _lt("Refunds of orders can be read."),
    _lt("Site"),
    _lt("Support tickets"),
    _lt("The address of the shop is missing."),
    _lt(
        "The beginning and the state of support tickets can be read. They are answered and "
        "closed in the store manager."
    ),
    _lt("The consumer key holds characters that no key has. Copy it again."),
    _lt(
        "The consumer key may not do this. Make one with the permissions “Read/Write” in "
        "WooCommerce, under Settings, Advanced, REST API."
    ),
    _lt("The key may not manage webhooks: orders are read by the clock."),
    _lt(
        "The key may not read which payment services can pay back: that shows when a refund is "
        "asked for."
    ),
    _lt(
        "The key's user may not do this. Take a key of an administrator or a shop manager; a "
        "vendor of a marketplace has an account of the provider “WCFM seller”."
    ),
    _lt(
        "The marketplace does not have WCFM Ultimate, without which sellers cannot write notes "
        "on orders. Nothing was sent."
    ),
    _lt(
        "The marketplace does not have WCFM Ultimate: there are no support tickets, and sellers "
        "cannot write notes on orders."
    ),
    _lt("The marketplace does not show the replies of this thread."),
    _lt(
        "The marketplace has no call that answers a support ticket. Answer it in the store "
        "manager there."
    ),
    _lt(
        "The marketplace refused the login. Check user name and password; an application "
        "password is made in your profile there."
    ),
    _lt("The message is empty."),
    _lt("The order does not show this note."),
    _lt(
        "The order shows no new refund, but the payment service may have been asked. Look there "
        "before it is sent again."
    ),
    _lt(
        "The payment service of this order cannot pay back by itself. Nothing was sent. Pay the "
        "customer yourself, and have the refund only noted in the shop."
    ),
    _lt(
        "The shop answers as if no key had come. “Test connection” finds out whether the key "
        "gets lost on the way and how to send it."
    ),
    _lt("The shop can be asked to tell of changes at once."),
    _lt(
        "The shop did not accept the signature. Check the consumer secret, and that the address "
        "is the one in the shop's settings, with or without www."
    ),
    _lt("The shop does not know this inquiry."),
    _lt("The shop does not know this order."),
    _lt("The shop does not show this order line."),
    _lt("The shop does not tell which orders changed: it needs WooCommerce 5.8 or newer."),
    _lt("The shop gives no token; nothing was sent. It is tried again later."),
    _lt("The shop has no WCFM: there are no inquiries or support tickets."),
    _lt(
        "The shop is a WCFM marketplace. This key sees the orders of all sellers; inquiries and "
        "support tickets need an account of the provider “WCFM seller”."
    ),
    _lt("The shop is your own."),
    _lt(
        "The shop noted the refund, and does not say that the money was paid back: look at the "
        "payment service."
    ),
    _lt(
        "The shop refused the consumer key. Make a new one in WooCommerce, under Settings, "
        "Advanced, REST API; a user's name and password are none."
    ),
    _lt(
        "The shop shows the refund, but not that the money was paid back. Look at the payment "
        "service. It is sent again only after it was deleted in the shop."
    ),
    _lt("The shop had this call before: something between has repeated it."),
    _lt(
        "A server between answered instead of the shop, maybe a firewall. Have this server's IP "
        "address allowed there."
    ),
    _lt("The shop refused it, but what it shows now cannot be read."),
    _lt("The shop refused it, but shows a new refund of the same amount."),
    _lt(
        "The shop's address must begin with https://, else everybody on the way can read the "
        "password. An account can be set to allow http://."
    ),
    _lt("The shop's answer cannot be read."),
    _lt(
        "The shop's clock and this server's differ by more than 15 minutes: nothing was done. "
        "Have one of them set."
    ),
    _lt("The shop's numbers of orders are made of digits only."),
    _lt(
        "The shop's web server loses the login of calls. It works with the key in the address: "
        "choose that on the account."
    ),
    _lt("The site answers and has WCFM's web service."),
    _lt("The site answers and has WooCommerce."),
    _lt(
        "The site answers as if nobody had logged in: its web server loses the login on the way. "
        "Tell the marketplace."
    ),
    _lt(
        "The site answers, but WCFM's web service is not there: the marketplace lacks the plugin "
        "“WCFM Marketplace REST API”."
    ),
    _lt(
        "The site answers, but WooCommerce's web service is not there. Check the address, and "
        "whether WooCommerce is active."
    ),
    _lt("The site answers, but it is no WCFM marketplace. Check the address."),
    _lt(
        "The site does not have this web service: check the address, and whether the plugins are "
        "active there."
    ),
    _lt(
        "The site does not tell which vendor the login is. Give the name and password of your "
        "user there instead of an application password."
    ),
    _lt(
        "The site gives no tokens: it has no JWT plugin. Make an application password in your "
        "profile there, and enter it as the password."
    ),
    _lt(
        "The site's JWT plugin is not set up. Tell the marketplace, or make an application "
        "password in your profile there."
    ),
    _lt(
        "This is a consumer key: it belongs to an account of the provider “WooCommerce”. Give "
        "the name of your user at the marketplace."
    ),
    _lt(
        "This is no consumer key: it begins with ck_. The user name of a marketplace's vendor "
        "belongs to an account of the provider “WCFM seller”."
    ),
    _lt("This shop takes one comment in one call."),
    _lt("User name and password are missing."),
    _lt("WCFM"),
    _lt("WCFM seller"),
    _lt(
        "WCFM has no call for refunds of its sellers: ask for the refund in the store manager "
        "there."
    ),
    _lt("WCFM has no call to write to the marketplace."),
    _lt("WCFM has no incidents."),
    _lt("WCFM lets sellers cancel nothing by a call."),
    _lt(
        "WCFM lets sellers start no conversation: a comment that the customer can see is mailed "
        "to him."
    ),
    _lt("Webhooks"),
    _lt("What answers at this address is no WordPress site. Check the address."),
    _lt("WooCommerce cancels whole orders only."),
    _lt("WooCommerce cancels whole orders only. A refund before shipment gives back lines."),
    _lt(
        "WooCommerce has no conversations: what customers write back arrives by mail. A comment "
        "that the customer can see is mailed to him."
    ),
    _lt("WooCommerce has no incidents."),
    _lt(
        "WooCommerce mails every note that the customer can see, and no other: choose both or none."
    ),
    _lt(
        "WordPress does not notice that it is called over https. It works with signed calls: "
        "choose that on the account."
    ),
    _lt("Your user at the marketplace may not do this. Ask the marketplace for the right."),
    _lt("The site shows strangers nothing of what it has."),
    _lt(
        "No encrypted connection (TLS) could be made: nothing was sent. Check the address and its "
        "port: there may be no https there, or no valid certificate."
    ),
    _lt(
        "There is nothing at this address that answers for WordPress. Check the address with its "
        "path, and that the permalinks in WordPress are not “Plain”."
    ),
    _lt("Writing"),
    _lt("The key may write. Nothing was written."),
    _lt(
        "Reached as a seller (wcfmmp/v1), with the seller's own orders only. Everybody on the way "
        "can read the password, and what customers write: the address has no https://."
    ),
    _lt(
        "The marketplace has WCFM Ultimate. Support tickets can be read and answered: the "
        "marketplace added calls for that."
    ),
    _lt(
        "The marketplace has WCFM Ultimate. The beginning and the state of support tickets can be "
        "read, and its notifications tell when a customer writes again. They are answered and "
        "closed in the store manager."
    ),
    _lt(
        "The marketplace has WCFM Ultimate. The beginning and the state of support tickets can be "
        "read; no notification about one is there yet. They are answered and closed in the store "
        "manager."
    ),
    _lt(
        "This user is no vendor: he runs the site, and would see the orders and customers of all "
        "sellers. Give the login of the seller's own user. Whoever runs the site takes an account "
        "of the provider “WooCommerce”."
    ),
)
# Sentences with something quoted in them: each placeholder stands for any text.
PATTERNS = (
    _lt("The marketplace refused it: “%(reason)s”."),
    _lt("The shop refused it: “%(reason)s”."),
    _lt(
        "The shop refused it: “%(reason)s”. Look at the payment service whether it paid, before "
        "you ask again."
    ),
    _lt(
        "The shop's address has moved to “%(address)s”: nothing was done. Enter the new address in "
        "the account."
    ),
    _lt(
        "The key may not do this. Give its user the right %(roles)s in the marketplace's back "
        "office, or take the key of an administrator."
    ),
    _lt(
        "The payment service failed, and may have paid all the same: look there first. It said: "
        "“%(reason)s”."
    ),
    _lt("Cdiscount refused it: “%(reason)s”."),
    _lt("Cdiscount did not close it and answered “%(status)s”."),
    _lt("%(refused)s of %(asked)s were refused: %(reason)s"),
)
PLACEHOLDER = re.compile(r"%\\\((\w+)\\\)s")


def translate_term(env, text):
    """`text`, a sentence of a connector, in the language of `env`."""
    if not text:
        return ""
    lang = env.lang or "en_US"
    for pattern in PATTERNS:
        match = re.fullmatch(_as_regex(pattern._source), text, re.DOTALL)
        if match:
            parts = {key: translate_term(env, part) for key, part in match.groupdict().items()}
            return get_translation(MODULE, lang, pattern._source, ()) % parts
    return get_translation(MODULE, lang, text, ())


def get_providers(model):
    """[(key, label)] of the providers, for selection fields: labels that are no names are
    translated."""
    return [(key, translate_term(model.env, label)) for key, label in get_provider_selection()]


def _as_regex(pattern):
    """A regular expression with a named group for each placeholder."""
    return PLACEHOLDER.sub(r"(?P<\1>.*?)", re.escape(pattern))
