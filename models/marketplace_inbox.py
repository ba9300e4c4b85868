"""Pages of the marketplace become tickets, cases and messages, in bulk."""

import logging
from dataclasses import dataclass, field
from urllib.parse import quote

import psycopg2
from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.tools import split_every

from ..connectors import base, records
from .html_tools import (
    is_same_text,
    is_short,
    preview,
    to_plain_text,
    to_safe_html,
    without_quotes,
)

_logger = logging.getLogger(__name__)

CHUNK = 250
# Served by controllers/files.py.
FILE_ROUTE = "/marketplace_helpdesk/file"
# A chunk stores without subscribing, logging or tracking: nobody outside may be mailed.
QUIET = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "tracking_disable": True,
    "mail_auto_subscribe_no_notify": True,
    "marketplace_inbound": True,
}


@dataclass
class Batch:
    """What is known while a chunk of cases is stored. Keys are the cases' remote ids."""

    account: object
    cases: list
    rows: dict = field(default_factory=dict)  # remote id -> marketplace.case
    orders: dict = field(default_factory=dict)  # order number -> sale.order
    known: dict = field(default_factory=dict)  # case row id -> its marketplace.message rows
    fresh: list = field(
        default_factory=list
    )  # (case row, records.Message, mail.message or operation)
    created: set = field(default_factory=set)  # ids of case rows
    closed: set = field(default_factory=set)  # ids of case rows that the marketplace closed now
    # of those with an entry that shows only there -> whether they were opened again
    reopened: dict = field(default_factory=dict)


class MarketplaceInbox(models.AbstractModel):
    _name = "marketplace.inbox"
    _description = "Marketplace Inbox Service"

    # Pages --------------------------------------------------------------------------------------

    @api.model
    def _store_page(self, stream, page, chased=None, mark=None):
        """Store a page and move the stream's cursor; returns the number of records stored.

        What cannot be stored is set aside, the rest lands. `chased`: see `_store_chased`;
        `mark`: see `_record_page` of the stream.
        """
        account = stream.account_id
        inbox = self.sudo().with_context(**QUIET)
        failed, new_count = inbox._store_records(stream, page.records)
        letters = self.env["marketplace.dead.letter"].sudo()
        letters._set_aside(account, stream, [*page.broken, *failed])
        if chased:
            inbox._store_chased(stream, *chased)
        stream._record_page(page, new_count, mark)
        return len(page.records)

    def _store_records(self, stream, found):
        """Returns (records.Broken of those that failed, number of new ones)."""
        if not found:
            return [], 0
        account = stream.account_id
        store = self._store_orders if stream.records == "order" else self._store_cases
        failed, new_count = store(account, found)
        unsolved = {broken.remote_id for broken in failed}
        letters = self.env["marketplace.dead.letter"]
        letters._solve(account, {record.remote_id for record in found} - unsolved)
        return failed, new_count

    @api.model
    def _store_retried(self, letters, orders):
        """Orders, or cases, that were set aside and read again."""
        inbox = self.sudo().with_context(**QUIET)
        for stream, part in letters.grouped("stream_id").items():
            refs = set(part.mapped("remote_id"))
            failed, _count = inbox._store_records(
                stream, [order for order in orders if order.remote_id in refs]
            )
            part._set_aside(stream.account_id, stream, failed)
            part.tried_at = fields.Datetime.now()

    @api.model
    def _store_flagged(self, letters, cases):
        """Claims that were missed, asked for again by their orders' numbers."""
        inbox = self.sudo().with_context(**QUIET)
        for stream, part in letters.grouped("stream_id").items():
            refs = part.mapped("remote_id")
            inbox._store_chased(stream, refs, [c for c in cases if c.order_ref in refs])

    def _store_orders(self, account, orders):
        failed = self.env["marketplace.orders"]._store(account, orders)
        known = {order.remote_id for order, _error in failed}
        incidents = self.env["marketplace.incidents"]._store(account, orders)
        failed += [failure for failure in incidents if failure[0].remote_id not in known]
        unflagged = {order.remote_id for order in orders if not order.has_claim}
        self.env["marketplace.dead.letter"]._solve(account, unflagged, "claim_without_case")
        return [_broken(order, error) for order, error in failed], len(orders) - len(failed)

    def _store_cases(self, account, cases):
        """Returns (records.Broken of those that failed, number of new messages)."""
        failed, count = [], 0
        for chunk in split_every(CHUNK, cases, list):
            try:
                with self.env.cr.savepoint():
                    count += self._store_chunk(account, chunk)
            except psycopg2.OperationalError:
                raise  # a conflict with another transaction: all of it is done again
            except Exception:
                _logger.info(
                    "A page of account %s is stored case by case", account.id, exc_info=True
                )
                broken, stored = self._store_one_by_one(account, chunk)
                failed += broken
                count += stored
        return failed, count

    def _store_one_by_one(self, account, cases):
        failed, count = [], 0
        for case in cases:
            try:
                with self.env.cr.savepoint():
                    count += self._store_chunk(account, [case])
            except psycopg2.OperationalError:
                raise
            except Exception as error:
                _logger.info(
                    "Case %s of account %s set aside", case.remote_id, account.id, exc_info=True
                )
                failed.append(_broken(case, str(error)))
        return failed, count

    # One chunk ----------------------------------------------------------------------------------

    def _store_chunk(self, account, cases):
        """Store up to CHUNK cases in a constant number of queries; returns the new messages."""
        batch = Batch(account, cases)
        refs = {case.order_ref for case in cases} - {""}
        batch.orders = self.env["marketplace.orders"]._find(account, refs)
        self._find_cases(batch)
        self._create_cases(batch)
        self._find_messages(batch)
        self._collect_messages(batch)
        self._replace_lost_tickets(batch)
        self._adopt_echoes(batch)
        self._create_messages(batch)
        self._update_cases(batch)
        self._finish(batch)
        claims = {case.order_ref for case in cases if case.kind == records.CLAIM} - {""}
        self.env["marketplace.dead.letter"]._solve(account, claims, "claim_without_case")
        return len(batch.fresh)

    def _find_cases(self, batch):
        """Known cases by number; a case that we opened is adopted by its order and our text."""
        refs = [case.remote_id for case in batch.cases]
        Case = self.env["marketplace.case"]
        rows = Case.search([("account_id", "=", batch.account.id), ("remote_id", "in", refs)])
        batch.rows = {row.remote_id: row for row in rows}
        unknown = {c.order_ref for c in batch.cases if c.remote_id not in batch.rows} - {""}
        if not unknown:
            return
        local = self._get_local_cases(batch.account, unknown)
        for case in batch.cases:
            if local and case.remote_id not in batch.rows:
                row = local.filtered(lambda r, case=case: r._was_opened_by_us(case))[:1]
                if row:
                    row.remote_id = case.remote_id
                    batch.rows[case.remote_id] = row
                    local -= row

    def _get_local_cases(self, account, order_refs):
        """Cases that we opened about these orders and that the marketplace has not shown yet."""
        refs = [ref for ref in order_refs if ref]
        return self.env["marketplace.case"].search(
            [
                ("account_id", "=", account.id),
                ("remote_id", "=", False),
                ("order_ref", "in", refs),
            ],
            order="id",
        )

    def _create_cases(self, batch):
        new = [case for case in batch.cases if case.remote_id not in batch.rows]
        if not new:
            return
        tickets = self._get_tickets(batch, new)
        rows = self.env["marketplace.case"].create(
            [
                {
                    "account_id": batch.account.id,
                    "remote_id": case.remote_id,
                    "ticket_id": ticket.id,
                    "customer_name": _customer_name(batch.account, case),
                    **self._case_values(batch, case),
                }
                for case, ticket in zip(new, tickets, strict=True)
            ]
        )
        for case, row in zip(new, rows, strict=True):
            batch.rows[case.remote_id] = row
            batch.created.add(row.id)

    def _get_tickets(self, batch, cases):
        """A ticket for each new case; what is written about an order with an open incident joins
        the incident's ticket."""
        refs = {case.order_ref for case in cases} - {""}
        joined = {}
        if refs and batch.account._can(base.RESOLVE_INCIDENT):
            incidents = self.env["marketplace.incidents"]
            joined = incidents._get_open_tickets(batch.account, refs, with_incident=True)
        alone = [case for case in cases if case.order_ref not in joined]
        made = self.env["helpdesk.ticket"]._marketplace_create(
            batch.account, [self._ticket_values(batch, case) for case in alone]
        )
        own = dict(zip((case.remote_id for case in alone), made, strict=True))
        return [own.get(case.remote_id) or joined[case.order_ref] for case in cases]

    def _replace_lost_tickets(self, batch):
        """A case whose ticket somebody deleted gets a new one when there is something new."""
        rows = {item[0] for item in batch.fresh if not item[0].ticket_id}
        lost = [case for case in batch.cases if batch.rows[case.remote_id] in rows]
        if lost:
            tickets = self.env["helpdesk.ticket"]._marketplace_create(
                batch.account, [self._ticket_values(batch, case) for case in lost]
            )
            for case, ticket in zip(lost, tickets, strict=True):
                batch.rows[case.remote_id].ticket_id = ticket

    def _ticket_values(self, batch, case):
        order = batch.orders.get(case.order_ref)
        name = _customer_name(batch.account, case)
        # A customer with a portal sees both: only what he may read, and only what is his.
        shown = [message for message in case.messages if not _is_internal(message)]
        body = to_safe_html(shown[0].body, shown[0].is_html) if shown else ""
        is_his = order and (shown or not case.messages)
        return {
            "name": case.subject or self.env._("Case %s", case.remote_id),
            "description": body or to_safe_html(case.subject or case.remote_id),
            "partner_id": order.partner_id.id if is_his else False,
            "partner_name": order.partner_id.name if order else name or False,
            "sale_order_ids": [Command.link(order.id)] if order else [],
            "priority": "3" if case.kind == records.INCIDENT else "1",
        }

    def _case_values(self, batch, case):
        order = batch.orders.get(case.order_ref)
        values = {
            "kind": case.kind,
            "subject": case.subject or False,
            "topic": case.topic or False,
            "is_open": case.is_open,
            "order_ref": case.order_ref or False,
            "sale_order_id": order.id if order else False,
            "product_ref": case.product_ref or False,
            "product_ean": case.product_ean or False,
            "participants": ",".join(case.participants) or False,
            "keeps_clock": case.keeps_clock,
            "reply_needed_since": _seconds(case.reply_needed_since),
            "no_reply_needed_at": _seconds(case.no_reply_needed_at),
            "remote_created_at": _seconds(case.created_at),
            "remote_updated_at": _seconds(case.updated_at),
        }
        if case.details:  # mails tell nothing of them
            values["details"] = "\n".join(f"{name}: {text}" for name, text in case.details)
        if case.closed_at:  # kept when it is reopened: the clock starts after it
            values["closed_at"] = _seconds(case.closed_at)
        return values

    # Messages -----------------------------------------------------------------------------------

    def _find_messages(self, batch):
        ids = [row.id for row in batch.rows.values() if row.id not in batch.created]
        if ids:
            messages = self.env["marketplace.message"].search_fetch(
                [("case_id", "in", ids)],
                ["case_id", "key", "sent_at", "sender_name", "is_superseded"],
            )
            batch.known = {case.id: rows for case, rows in messages.grouped("case_id").items()}

    def _collect_messages(self, batch):
        """What the thread shows and we do not have; and what we have and it shows no more."""
        for case in batch.cases:
            row = batch.rows[case.remote_id]
            known = batch.known.get(row.id)
            keys = {message.key(case.remote_id): message for message in case.messages}
            seen = set(known.mapped("key")) if known else set()
            fresh = [(key, message) for key, message in keys.items() if key not in seen]
            batch.fresh += [[row, key, message, None] for key, message in fresh]
            if known and fresh and case.complete:
                self._mark_edited(known, keys, [message for _key, message in fresh])
        batch.fresh.sort(key=lambda item: item[2].sent_at)

    def _mark_edited(self, known, keys, fresh):
        """Same time and writer, another text: the old text stays, marked as edited since."""
        moments = {(_seconds(m.sent_at), m.sender_name or False) for m in fresh}
        known.filtered(
            lambda m: (
                m.key not in keys
                and not m.is_superseded
                and (m.sent_at, m.sender_name or False) in moments
            )
        ).is_superseded = True

    def _adopt_echoes(self, batch):
        """Our own answers coming back confirm their operations."""
        candidates = [
            item
            for item in batch.fresh
            if item[0].id not in batch.created
            and item[2].sender_type in (records.SELLER, records.UNKNOWN)
        ]
        if not candidates:
            return
        rows = self.env["marketplace.case"].union(*(item[0] for item in candidates))
        operations = self.env["marketplace.operation"]._get_unseen_replies(
            (rows | self._get_local_cases(batch.account, rows.mapped("order_ref"))).ids
        )
        for item, operation in _match_echoes(candidates, operations):
            item[3] = operation

    def _create_messages(self, batch):
        if not batch.fresh:
            return
        foreign = [item for item in batch.fresh if item[3] is None]
        mails = self.env["mail.message"].create(
            [self._mail_values(row, message) for row, _key, message, _op in foreign]
        )
        for item, mail in zip(foreign, mails, strict=True):
            item[3] = mail
        self.env["marketplace.message"].create([self._message_values(*i) for i in batch.fresh])
        for _row, _key, message, found in batch.fresh:
            if found._name == "marketplace.operation" and found.state != "done":
                found._set_state("done", remote_id=message.remote_id or False, message=False)

    def _mail_values(self, row, message):
        internal = _is_internal(message)
        by_us = message.sender_type == records.SELLER
        partner = row.sale_order_id.partner_id
        by_customer = message.sender_type == records.CUSTOMER
        return {
            "model": "helpdesk.ticket",
            "res_id": row.ticket_id.id,
            "body": to_safe_html(message.body, message.is_html) + _links(row, message.attachments),
            "date": _seconds(message.sent_at),
            "message_type": "marketplace",
            "subtype_id": self._get_subtype_id(internal),
            "is_internal": internal,
            "author_id": partner.id if by_customer and partner else False,
            "email_from": message.sender_name or _fallback_name(row, message),
            "reply_to": False,
            "marketplace_sender": message.sender_type,
            "marketplace_recipients": by_us and ",".join(message.recipients) or False,
        }

    def _get_subtype_id(self, internal):
        xmlid = "mail.mt_note" if internal else "mail.mt_comment"
        return self.env["ir.model.data"]._xmlid_to_res_id(xmlid)

    def _message_values(self, row, key, message, found):
        is_echo = found._name == "marketplace.operation"
        return {
            "case_id": row.id,
            "account_id": row.account_id.id,
            "key": key,
            "remote_id": message.remote_id or False,
            "sent_at": _seconds(message.sent_at),
            "sender_type": records.SELLER if is_echo else message.sender_type,
            "sender_name": message.sender_name or False,
            "recipients": ",".join(message.recipients) or False,
            "files": _files(message.attachments),
            "mail_message_id": found.mail_message_id.id if is_echo else found.id,
            "operation_id": found.id if is_echo else False,
        }

    # After the messages -------------------------------------------------------------------------

    def _update_cases(self, batch):
        """Write what changed on known cases, and the last message on all."""
        last = {}
        for row, _key, message, _found in batch.fresh:
            last[row.id] = message
        for case in batch.cases:
            row = batch.rows[case.remote_id]
            values = {} if row.id in batch.created else self._case_values(batch, case)
            if row.sale_order_id and not values.get("sale_order_id"):
                values.pop("sale_order_id", None)
            message = last.get(row.id)
            if message:
                values["last_message_at"] = _seconds(message.sent_at)
                values["last_message_preview"] = preview(_own_text(message))
            if not row.customer_name and _customer_name(batch.account, case):
                values["customer_name"] = _customer_name(batch.account, case)
            changed = {name: value for name, value in values.items() if _differs(row[name], value)}
            if "sale_order_id" in changed:
                row._link_order(self.env["sale.order"].browse(changed.pop("sale_order_id")))
            if changed:
                row.write(changed)
            if not case.is_open and (row.id in batch.created or "is_open" in changed):
                batch.closed.add(row.id)
            is_reopened = "is_open" in changed and _hides_entry(case)
            if row._keep_entry(case.unseen_at, is_reopened):
                batch.reopened[row.id] = is_reopened

    def _finish(self, batch):
        """Clocks, reopened tickets, closed ones, and who is told."""
        rows = self.env["marketplace.case"].union(*batch.rows.values())
        self._name_customers(batch)
        calm = rows.filtered(lambda r: not r.awaiting_since)
        reopened = rows.filtered(lambda r: r.id in batch.reopened)
        notes = reopened._note_reopened(batch.reopened)
        rows._refresh_clock()
        news = [(row, message.sender_type, found) for row, message, found in self._get_news(batch)]
        self.env["marketplace.incidents"]._wake(batch.account, self._get_news_moments(batch))
        asked = [row.id for row, sender, _found in news if sender in records.ASKING]
        waiting = rows.filtered(lambda r: r.id in asked and r.awaiting_since)
        # A marketplace that keeps the clock may start it without a message.
        started = calm.filtered(lambda r: r.keeps_clock and r.awaiting_since)
        (waiting | started | reopened).ticket_id._marketplace_reopen()
        done = rows.filtered(lambda r: r.id in batch.closed)
        done |= self._get_idle(batch, rows, {row.id for row, _sender, _found in news})
        done.ticket_id._marketplace_close_if_done()
        last = {
            row.ticket_id: found
            for row, sender, found in news
            if row in waiting or sender == records.OPERATOR
        }
        last |= {row.ticket_id: note for row, note in zip(reopened, notes, strict=True)}
        self.env["helpdesk.ticket"]._marketplace_tell_agents(last)

    def _get_news(self, batch):
        """[(case row, records.Message, mail.message)] that make somebody look, oldest first."""
        return [
            (row, message, found)
            for row, _key, message, found in batch.fresh
            if found._name == "mail.message" and row._is_news(message.sent_at, message.sender_type)
        ]

    def _get_news_moments(self, batch):
        """{order number: when the first news about it was sent}."""
        moments = {}
        for row, message, _found in self._get_news(batch):
            moments.setdefault(row.order_ref, message.sent_at)
        return moments

    def _name_customers(self, batch):
        """What was the operator's conversation alone is the customer's too, once he takes part."""
        rows = {row for row, _key, message, _found in batch.fresh if not _is_internal(message)}
        for row in rows:
            partner, ticket = row.sale_order_id.partner_id, row.ticket_id
            if partner and ticket and not ticket.partner_id:
                ticket.write({"partner_id": partner.id, "partner_email": False})

    def _get_idle(self, batch, rows, told):
        """New conversations that ask for nothing, such as those with our own automatic messages
        alone: they are kept, and no work. `told`: ids of rows with news."""
        return rows.filtered(
            lambda r: (
                r.id in batch.created
                and r.id not in told
                and r.keeps_clock
                and not r.reply_needed_since
            )
        )

    # Claims without cases -----------------------------------------------------------------------

    @api.model
    def _get_flagged_without_case(self, account, orders):
        """Numbers of orders flagged with a claim that no case is about."""
        return self.env["marketplace.orders"].sudo()._flagged_without_case(account, orders)

    @api.model
    def _store_chased(self, stream, missing, cases):
        """Store what was found about flagged orders; report the orders with nothing."""
        account = stream.account_id
        letters = self.env["marketplace.dead.letter"]
        failed, _count = self._store_cases(account, cases)
        letters._set_aside(account, stream, failed)
        claims = {case.order_ref for case in cases if case.kind == records.CLAIM}
        silent = sorted(set(missing) - claims)
        letters._set_aside(
            account, stream, self.env["marketplace.orders"]._to_broken(silent), "claim_without_case"
        )


def _match_echoes(items, operations):
    """Pairs of messages and the answers of ours that they are.

    Equal texts first, in the same case, the longest, the oldest: a text that merely holds a
    shorter answer must not take it from its own echo.
    """
    pairs = []
    for item in items:
        row, _key, message, _found = item
        known = [op for op in operations if message.remote_id and op.remote_id == message.remote_id]
        if known:  # its number came with the answer to our call
            pairs.append(((False, False, 0, known[0].id), len(pairs), item, known[0]))
            continue
        text = to_plain_text(message.body) if message.is_html else message.body
        # A customer may quote our answer: of an unknown writer it must be the whole text.
        by_stranger = message.sender_type == records.UNKNOWN
        for operation in operations:
            if operation.remote_id and message.remote_id:
                continue  # two numbers that differ: another message, whatever its text
            ours = operation.payload["text"]
            near = operation.case_id == row
            if not (near or _may_join(operation.case_id, row)):
                continue
            if is_same_text(ours, text, by_stranger) and not (by_stranger and is_short(ours)):
                equal = is_same_text(ours, text, whole=True)
                rank = (not equal, not near, -len(ours), operation.id)
                pairs.append((rank, len(pairs), item, operation))
    taken = set()
    for _rank, _order, item, operation in sorted(pairs, key=lambda pair: pair[:2]):
        if operation.id not in taken and item[3] is None and id(item) not in taken:
            taken |= {operation.id, id(item)}
            yield item, operation


def _hides_entry(case):
    """Whether a case is open again and what was written shows only there."""
    return case.is_open and case.kind == records.SUPPORT_TICKET and not case.complete


def _is_internal(message):
    """Whether a message is nothing for the customer's eyes: what the operator or a machine wrote,
    and what we wrote to the operator alone."""
    if message.sender_type in (records.OPERATOR, records.SYSTEM):
        return True
    if message.sender_type == records.CUSTOMER or not message.recipients:
        return False
    return records.CUSTOMER not in message.recipients


def _may_join(case, row):
    """What we started about an order may end in a thread of that order which exists already."""
    return not case.remote_id and bool(case.order_ref) and case.order_ref == row.order_ref


def _customer_name(account, case):
    """Who writes to us; where no customer takes part it is the marketplace."""
    names = [m.sender_name for m in case.messages if m.sender_type == records.CUSTOMER]
    if not names and case.participants and records.CUSTOMER not in case.participants:
        return account.name
    return names[0] if names else ""


def _own_text(message):
    """The text of a message in words, without what it quotes."""
    if not message.is_html:
        return message.body
    return to_plain_text(without_quotes(to_safe_html(message.body, True)))


def _broken(record, error):
    return records.Broken(record.remote_id, error, repr(record))


def _seconds(value):
    return value.replace(microsecond=0) if value else False


def _differs(current, value):
    return (current.id if isinstance(current, models.BaseModel) else current) != value


def _fallback_name(row, message):
    """Who wrote, where the marketplace does not name him."""
    by_customer = message.sender_type in records.ASKING
    return (by_customer and row.customer_name) or row.account_id.name


def _links(row, attachments):
    """Files stay at the marketplace until somebody opens them."""
    links = [
        Markup('<p><a href="%s" target="_blank" rel="noreferrer noopener">%s</a></p>')
        % (_get_file_url(row, a), a.name or a.url or a.remote_id)
        for a in attachments
        if a.remote_id or a.url.startswith("https://")
    ]
    return Markup("").join(links)


def _get_file_url(row, attachment):
    """Its own address, or ours that fetches it with the account's key."""
    if attachment.url.startswith("https://"):
        return attachment.url
    return f"{FILE_ROUTE}/{row.id}/{quote(attachment.remote_id, safe='')}"


def _files(attachments):
    """What the route below needs to know of files without an address of their own."""
    return [
        {"remote_id": a.remote_id, "name": a.name, "size": a.size, "mimetype": a.mimetype}
        for a in attachments
        if a.remote_id
    ] or False
