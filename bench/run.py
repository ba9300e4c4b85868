"""The figures of ./dev bench. Runs in Odoo's shell (`env` is there); arguments name figures.

Each figure is one line `name: value` on standard output; a ratio compares two things measured
in this same run.
"""

import resource
import statistics
import sys
import time
import uuid
from datetime import timedelta
from email.message import EmailMessage

from odoo import fields
from odoo.addons.marketplace_helpdesk.tests.sandbox_api import URL, MiraklSeller, Seller

CASES, MESSAGES_PER_CASE = 2000, 3
GATEWAY_CASES = 60
WARM_UP, POLLS = 10, 40
SMALL, LARGE = 1_000, 100_000
INCIDENTS, INCIDENT_POLLS = 50, 5

env = globals()["env"](context={**globals()["env"].context, "lang": "en_US"})


def get_team():
    return env["helpdesk.ticket.team"].search([], limit=1) or env["helpdesk.ticket.team"].create(
        {"name": "Bench", "alias_name": "bench"}
    )


def make_account(seller, **values):
    """An account of a sandbox seller that reads discussions only."""
    account = env["marketplace.account"].create(
        {
            "name": seller.login,
            "provider": "cdiscount",
            "team_id": get_team().id,
            "login": seller.login,
            "password_input": seller.password,
            "service_url": f"{URL}/cdiscount/MarketplaceAPIService.svc",
            "token_url": f"{URL}/cdiscount/users/httpIssue.svc/?realm=sandbox",
            "sender_email": "bench@shop.example",
            "import_start": fields.Datetime.now() - timedelta(days=30),
            **values,
        }
    )
    account.action_observe()
    account.stream_ids.filtered(lambda s: s.records == "order").active = False
    account.cron_id.active = False
    env.cr.commit()
    return account


def make_seller(messages):
    """A seller whose discussions are older than the window that every poll reads again."""
    cases = messages // MESSAGES_PER_CASE
    return Seller(
        seed=7,
        orders=max(1, cases // 10),
        claims=cases,
        messages_per_discussion=MESSAGES_PER_CASE,
        since_days=20,
        clock={"offset_seconds": -3 * 3600},
    )


def run_until(account, messages):
    """Run the job until so many messages are stored."""
    while env["marketplace.message"].search_count([("account_id", "=", account.id)]) < messages:
        account.stream_ids.next_pull = False
        account._cron_run()
        error = account.stream_ids.filtered("last_error")[:1].last_error
        if error:
            raise SystemExit(f"The import failed: {error}")


def measure_import():
    """Speed and queries of the import, against Odoo's mail gateway on the same texts."""
    seller = make_seller(CASES * MESSAGES_PER_CASE)
    texts = [[m["content"] for m in d["messages"]] for d in seller.state["discussions"]]
    account = make_account(seller)
    total = CASES * MESSAGES_PER_CASE
    before = time_gateway(texts[:GATEWAY_CASES])
    start, queries = time.perf_counter(), env.cr.sql_log_count
    run_until(account, total)
    seconds, queries = time.perf_counter() - start, env.cr.sql_log_count - queries
    after = time_gateway(texts[GATEWAY_CASES : 2 * GATEWAY_CASES])
    gateway = statistics.mean((before, after))
    print(
        f"Import: {total / seconds:.0f} messages/s; mail gateway: {1 / gateway:.0f}/s",
        file=sys.stderr,
    )
    return {
        "import_speedup_vs_mail_gateway": f"{gateway / (seconds / total):.1f}",
        "import_queries_per_message": f"{queries / total:.3f}",
        "import_peak_mb": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}",
    }


def time_gateway(threads):
    """Seconds per message of `mail.thread.message_process` making tickets of the same texts."""
    mails = [mail for texts in threads for mail in make_mails(texts)]
    start = time.perf_counter()
    for mail in mails:
        env["mail.thread"].with_context(mail_create_nosubscribe=True).message_process(
            "helpdesk.ticket", mail
        )
        env.cr.commit()
    return (time.perf_counter() - start) / len(mails)


def make_mails(texts):
    """The messages of one thread as e-mails that answer each other."""
    first = f"<{uuid.uuid4()}@bench.example>"
    for index, text in enumerate(texts):
        mail = EmailMessage()
        mail["From"] = "customer@bench.example"
        mail["To"] = "care@shop.example"
        mail["Subject"] = "Claim"
        mail["Message-Id"] = first if not index else f"<{uuid.uuid4()}@bench.example>"
        if index:
            mail["References"] = mail["In-Reply-To"] = first
        mail.set_content(text)
        yield mail.as_bytes()


def measure_idle():
    """A poll without news with a thousand and with a hundred thousand stored messages."""
    small = make_account(make_seller(SMALL), answer_hours=10_000)
    run_until(small, SMALL // MESSAGES_PER_CASE * MESSAGES_PER_CASE)
    before, queries = time_polls(small)
    large = make_account(make_seller(LARGE), answer_hours=10_000)
    run_until(large, LARGE // MESSAGES_PER_CASE * MESSAGES_PER_CASE)
    env.cr.execute("ANALYZE")
    env.cr.commit()
    after, queries_large = time_polls(large)
    print(f"Idle poll: {before * 1000:.0f} ms and {after * 1000:.0f} ms", file=sys.stderr)
    return {
        "idle_poll_time_ratio_100k": f"{after / before:.2f}",
        "idle_poll_queries": f"{max(queries, queries_large):.1f}",
    }


def measure_incidents():
    """A poll of Mirakl without news: with no open incident, with one, and with fifty."""
    # Orders older than what every poll reads again.
    seller = MiraklSeller(clock={"offset_seconds": -3 * 3600})
    account = make_mirakl_account(seller)
    none = count_queries(account)
    open_incidents(seller, 1)
    one = count_queries(account)
    open_incidents(seller, INCIDENTS - 1)
    many = count_queries(account)
    stored = env["marketplace.case"].search_count(
        [("account_id", "=", account.id), ("kind", "=", "incident"), ("sale_line_id", "!=", False)]
    )
    if stored != INCIDENTS:
        raise SystemExit(f"{stored} incidents came instead of {INCIDENTS}.")
    print(f"Idle poll of Mirakl: {none:.0f}, {one:.0f}, {many:.0f} queries", file=sys.stderr)
    return {
        "incident_poll_extra_queries": f"{many - none:.0f}",
        "incident_poll_growth_1_to_50": f"{many - one:.0f}",
    }


def count_queries(account):
    """Queries of a whole run without news."""
    return time_polls(account, INCIDENT_POLLS)[1] * len(account.stream_ids)


def open_incidents(seller, count):
    line = {"sku": "BENCH", "name": "Bench", "quantity": 1, "price": 10}
    for _index in range(count):
        seller.open_incident(seller.order(state="SHIPPED", lines=[line])["number"])


def make_mirakl_account(seller):
    """An account of a sandbox shop that reads everything and makes its orders."""
    products = env["product.product"].create(
        [
            {"name": "Bench", "default_code": "BENCH", "taxes_id": False},
            {"name": "Shipping", "type": "service", "taxes_id": False},
        ]
    )
    euro = env.ref("base.EUR")
    euro.active = True
    env["product.pricelist"].search([("currency_id", "!=", euro.id)]).active = False
    env.company.currency_id = euro
    account = env["marketplace.account"].create(
        {
            "name": seller.login,
            "provider": "mirakl",
            "team_id": get_team().id,
            "password_input": seller.password,
            "service_url": f"{URL}/mirakl",
            "order_policy": "create",
            "shipping_product_id": products[1].id,
            "import_start": fields.Datetime.now() - timedelta(days=30),
            "incident_hours": 10_000,
        }
    )
    account.action_observe()
    account.cron_id.active = False
    env.cr.commit()
    return account


def time_polls(account, polls=POLLS):
    """(median seconds, queries per stream) of a run that reads every stream and finds nothing."""
    streams = len(account.stream_ids)
    seconds, queries = [], []
    for index in range(WARM_UP + polls):
        account.stream_ids.next_pull = False
        env.cr.commit()
        env.invalidate_all()
        start, count = time.perf_counter(), env.cr.sql_log_count
        account._cron_run()
        if index >= WARM_UP:
            seconds.append(time.perf_counter() - start)
            queries.append((env.cr.sql_log_count - count) / streams)
    return statistics.median(seconds), statistics.median(queries)


GROUPS = {
    measure_import: (
        "import_speedup_vs_mail_gateway",
        "import_queries_per_message",
        "import_peak_mb",
    ),
    measure_idle: ("idle_poll_time_ratio_100k", "idle_poll_queries"),
    measure_incidents: ("incident_poll_extra_queries", "incident_poll_growth_1_to_50"),
}


def main(wanted):
    for measure, names in GROUPS.items():
        chosen = [name for name in names if not wanted or name in wanted]
        if chosen:
            figures = measure()
            for name in chosen:
                print(f"{name}: {figures[name]}", flush=True)


main(sys.argv[1:])
