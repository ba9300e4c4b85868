"""Links in notices by mail: only those of this site that lead to one thread."""

import pytest

from connectors.woocommerce.seller import SellerClient

SITE = "https://www.shop.example/fr/store-manager/"
MANAGER = "https://shop.example/fr/store-manager"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{MANAGER}/support-manage/12/", ("support_ticket", "ticket:12")),
        (f"{MANAGER}/support-manage/12", ("support_ticket", "ticket:12")),
        (f"{MANAGER}/wcfm-support-manage/12/?a=b#c", ("support_ticket", "ticket:12")),
        (f"{MANAGER}/enquiry-manage/7/", ("inquiry", "inquiry:7")),
        (f"{MANAGER}/inquiry-manage/7/", ("inquiry", "inquiry:7")),
        ("http://WWW.SHOP.example/fr/manager/enquiry-manage/7/", ("inquiry", "inquiry:7")),
        (f"{MANAGER}/support-manage/0/", None),
        (f"{MANAGER}/support-manage/012/", None),
        (f"{MANAGER}/support-manage/12/more/", None),
        (f"{MANAGER}/support-manage/-1/", None),
        (f"{MANAGER}/support-manage/\u0661/", None),
        (f"{MANAGER}/support-manage/{'9' * 40}/", None),
        (f"{MANAGER}/orders-details/12/", None),
        ("https://shop.example/de/store-manager/support-manage/12/", None),
        ("https://shop.example.evil.example/fr/support-manage/12/", None),
        ("https://shop.example:8443/fr/support-manage/12/", None),
        ("https://evil.example/https://shop.example/fr/support-manage/12/", None),
        ("https://user@shop.example/fr/support-manage/12/", ("support_ticket", "ticket:12")),
        ("javascript:/fr/support-manage/12/", None),
        ("https://[shop.example/fr/support-manage/12/", None),
        ("", None),
    ],
)
def test_links(url, expected):
    assert SellerClient.read_notice_link(SITE, url) == expected


def test_without_an_address_nothing_is_ours():
    assert SellerClient.read_notice_link("", f"{MANAGER}/support-manage/12/") is None
