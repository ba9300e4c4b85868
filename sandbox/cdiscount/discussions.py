"""Operations on discussions: lists, relay addresses, closing."""

from datetime import timedelta

from . import answers
from .answers import error, head
from .orders import between, visible_end

DATES = ("BeginCreationDate", "BeginModificationDate", "EndCreationDate", "EndModificationDate")


def get_order_claim_list(call):
    threads = _find(call.seller, call.param, "claim")
    value = head(call.seller, call.token, "login")
    value["OrderClaimList"] = threads or None  # nil when empty, unlike the question lists
    return value, f"{len(threads)} claims"


def get_order_question_list(call):
    threads = _find(call.seller, call.param, "order_question")
    value = head(call.seller, call.token, "login")
    value["OrderQuestionList"] = threads
    return value, f"{len(threads)} order questions"


def get_offer_question_list(call):
    threads = _find(call.seller, call.param, "offer_question")
    value = head(call.seller, call.token, "login")
    value["OfferQuestionList"] = threads
    return value, f"{len(threads)} offer questions"


TYPE_KINDS = {
    "All": ("claim", "order_question", "offer_question"),
    "Offer": ("offer_question",),
    "Discussion": ("order_question",),
    "Claim": ("claim",),
}


def get_discussion_list(call):
    wanted = call.param or {}
    kinds = TYPE_KINDS.get(wanted.get("DiscussionType", "All"), ())
    threads = [t for kind in kinds for t in _find(call.seller, wanted, kind)]
    threads.sort(key=lambda t: (t["LastUpdatedDate"], t["Id"]), reverse=True)
    value = head(call.seller, call.token, "login")
    value["DiscussionList"] = threads
    return value, f"{len(threads)} discussions"


def _find(seller, wanted, kind):
    """Members of the matching threads, last updated first."""
    wanted = wanted or {}
    keep = _tests(seller, wanted)
    found = (seller.discussions[i] for i in reversed(_window(seller, wanted, kind)))
    edition = seller.options["edition"]
    return [answers.thread(d, edition) for d in found if all(test(d) for test in keep)]


def _window(seller, wanted, kind):
    """Ids inside the modification window; else inside that of creation."""
    begin, end = wanted.get("BeginModificationDate"), visible_end(seller, wanted)
    if begin is None and end is None:
        begin, end = wanted.get("BeginCreationDate"), wanted.get("EndCreationDate")
        if begin or end:
            ids = set(seller.created[kind].window(begin, end))
            return sorted(ids, key=lambda i: (seller.discussions[i].updated, i))
        days = float(seller.options["recent_days"])
        if days:
            begin = seller.now() - timedelta(days=days)
    return seller.updated[kind].window(begin, end)


def _tests(seller, wanted):
    """Predicates for all that a window of modification dates does not settle."""
    tests = []
    begin, end = wanted.get("BeginCreationDate"), wanted.get("EndCreationDate")
    if begin or end:
        tests.append(lambda d: between(d.created, begin, end))
    states = set(wanted.get("StatusList") or ())
    if states and "All" not in states:
        tests.append(lambda d: d.status in states)
    if wanted.get("OnlyWithMessageFromCdsCustomerService"):
        tests.append(lambda d: any(m.kind == "operator" for m in d.messages))
    lists = (
        ("OrderNumberList", "order_number"),
        ("ProductEANList", "product_ean"),
        ("ProductEanList", "product_ean"),
        ("ProductSellerReferenceList", "seller_reference"),
    )
    for name, attribute in lists:
        if wanted.get(name):
            tests.append(_one_of(attribute, set(wanted[name])))
    return tests


def _one_of(attribute, values):
    return lambda discussion: getattr(discussion, attribute) in values


def get_discussion_mail_list(call):
    """Unknown ids answer UnknownError, as recorded, though DiscussionNotFound exists."""
    seller, results = call.seller, []
    for position, identifier in enumerate((call.param or {}).get("DiscussionIds") or []):
        thread = seller.discussions.get(identifier)
        if thread is None or call.refuses(position):
            status, address = "UnknownError", None
        else:
            address = seller.alias_for_discussion(thread)
            status = "DiscussionClosed" if thread.status == "Closed" else "Success"
        results.append(
            {"DiscussionId": identifier, "MailAddress": address, "OperationStatus": status}
        )
    value = head(seller, call.token, "none")
    value["DiscussionMailList"] = results
    return value, f"{len(results)} addresses"


def generate_discussion_mail_guid(call):
    number = (call.param or {}).get("ScopusId")
    seller = call.seller
    if not number:
        text = "Demande de création de discussion invalide"
        value = head(seller, call.token, "none", ok=False, text=text)
        value["ErrorList"] = [error("UnexpectedException", text)]
        return {**value, "MailGuid": None}, "refused"
    order = seller.orders.get(number)
    value = head(seller, call.token, "none", ok=order is not None)
    value["MailGuid"] = seller.generate_alias(order) if order else None
    return value, number


def close_discussion_list(call):
    results = []
    for position, identifier in enumerate((call.param or {}).get("DiscussionIds") or []):
        thread = call.seller.discussions.get(identifier)
        if thread is None or call.refuses(position):
            status = "DiscussionNotFound"
        else:
            status = call.seller.close(thread)
        results.append({"DiscussionId": identifier, "OperationStatus": status})
    value = head(call.seller, call.token)
    value["CloseDiscussionResultList"] = results
    summary = ", ".join(f"{r['DiscussionId']} {r['OperationStatus']}" for r in results)
    return value, summary[:500]
