"""wc/v3: webhooks."""

import secrets

from . import hooks, shapes
from .orders import batch, need_force, need_manager, page
from .records import Webhook
from .wire import Refused

STATUSES = ("active", "paused", "disabled")
SECRET_LENGTH = 50
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!@#$%^*()"


def list_webhooks(call):
    need_manager(call)
    wanted = call.params.choice("status", ("all", *STATUSES), "all")
    rows = [w for w in call.seller.webhooks.values() if wanted in ("all", w.status)]
    search = call.params.text("search").lower()
    rows = [w for w in rows if search in f"{w.name} {w.delivery_url}".lower()]
    down = call.params.choice("order", ("asc", "desc"), "desc") == "desc"
    rows.sort(key=lambda w: w.id, reverse=down)
    rows, headers = page(call, rows, "webhooks")
    return [shapes.webhook(call.seller, row, call.home) for row in rows], headers


def find(call, identifier):
    webhook = call.seller.webhooks.get(int(identifier))
    if webhook is None:
        raise Refused("woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.", 404)
    return webhook


def get_webhook(call, identifier):
    need_manager(call, "one")
    return shapes.webhook(call.seller, find(call, identifier), call.home)


def create_webhook(call):
    need_manager(call, "create")
    topic, url = _topic(call, call.params.text("topic")), _url(call.params.text("delivery_url"))
    now = call.seller.now()
    number = max(call.seller.webhooks, default=0) + 1
    # nobody is ever told the one that is made here
    made = "".join(secrets.choice(LETTERS) for _ in range(SECRET_LENGTH))
    webhook = Webhook(
        number,
        call.params.text("name") or f"Webhook created on {now:%b %d, %Y @ %I:%M %p}",
        topic,
        url,
        call.params.text("secret") or made,
        now,
        now,
        call.caller.user.id,
        call.params.choice("status", STATUSES, "active"),
    )
    call.seller.webhooks[number] = webhook
    hooks.ping(call.seller, webhook)
    call.summary = f"webhook {number} {topic} {url}"
    value = shapes.webhook(call.seller, webhook, call.home)
    call.created(value)
    return value


def _topic(call, topic):
    if not hooks.valid_topic(topic.lower()):
        code = "woocommerce_rest_shop_webhook_invalid_topic"
        raise Refused(code, "Webhook topic is required and must be valid.", 400)
    return topic


def _url(url):
    if not url.startswith(("http://", "https://")):
        code = "woocommerce_rest_shop_webhook_invalid_delivery_url"
        text = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise Refused(code, text, 400)
    return url


def update_webhook(call, identifier):
    need_manager(call, "edit")
    webhook, params = find(call, identifier), call.params
    if "topic" in params:
        webhook.topic = _topic(call, params.text("topic"))
    if "delivery_url" in params:
        former, webhook.delivery_url = webhook.delivery_url, _url(params.text("delivery_url"))
        if former != webhook.delivery_url:
            hooks.ping(call.seller, webhook)
    webhook.status = params.choice("status", STATUSES, webhook.status)
    webhook.name = params.text("name") or webhook.name
    webhook.secret = params.text("secret") or webhook.secret
    webhook.modified = call.seller.now()
    return shapes.webhook(call.seller, webhook, call.home)


def delete_webhook(call, identifier):
    need_manager(call, "delete")
    webhook = find(call, identifier)
    need_force(call, "Webhooks")
    del call.seller.webhooks[webhook.id]
    return shapes.webhook(call.seller, webhook, call.home)


def batch_webhooks(call):
    doing = {"create": create_webhook, "update": update_webhook, "delete": delete_webhook}
    return batch(call, doing)
