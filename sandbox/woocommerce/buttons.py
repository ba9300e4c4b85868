"""The buttons of a site's page. Hold the seller's lock; nonsense is a ValueError."""

from . import acts, asking, making


def act(seller, form):
    do = form.get("do")
    if do not in BUTTONS:
        raise ValueError("unknown button")
    BUTTONS[do](seller, form)


def _order(seller, form):
    return seller.orders[int(form["order"])]


def _new_order(seller, form):
    making.create_order(seller, {})


def _status(seller, form):
    order = _order(seller, form)
    making.patch_order(seller, order, {"status": form["status"]})


def _note(seller, form):
    order, text, customer = _order(seller, form), form["text"], "customer" in form
    user = None if form["by"] == "system" else seller.named_user(form["by"])
    if user and user.is_vendor:
        acts.vendor_note(seller, order, user, text, customer)
    else:
        author = user and user.name
        acts.write_note(seller, order, text, customer, author, form["by"])


def _refund(seller, form):
    spec = {"amount": form["amount"], "reason": form["reason"]}
    making.back_office_refund(seller, _order(seller, form), spec)


def _inquiry(seller, form):
    product = form.get("product") or None
    spec = {"text": form["text"], "product": product, "guest": "guest" in form}
    asking.create_inquiry(seller, spec)


def _ticket(seller, form):
    spec = {"order": form["order"], "text": form["text"], "category": form["category"]}
    asking.create_ticket(seller, spec)


def _reply(seller, form):
    number, text, by = int(form["number"]), form["text"], form["by"]
    if form["kind"] == "inquiry":
        asking.reply_inquiry(seller, seller.inquiries[number], text, by)
    else:
        spec = {"text": text, "by": by, "status": form["status"]}
        asking.reply_ticket(seller, seller.tickets[number], spec)


def _expire_tokens(seller, form):
    seller.jwt_secret += "x"


BUTTONS = {
    "order": _new_order,
    "status": _status,
    "note": _note,
    "refund": _refund,
    "inquiry": _inquiry,
    "ticket": _ticket,
    "reply": _reply,
    "expire_tokens": _expire_tokens,
}
