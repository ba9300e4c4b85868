"""Vocabulary and limits of OpenSi's web services (opensi_soap contract, sections 2 and 3)."""

import re

# Messages, header and fields of a wrapper; fields of a record.
SERVICE = "http://www.opensi.fr"
TYPES = "http://www.opensi.fr/xsd"
BINDINGS = {
    "1.1": "{http://www.opensi.fr}opensiBinding",
    "1.2": "{http://www.opensi.fr}opensiBinding12",
}
OPERATIONS = ("setComments", "getVersion", "getDatetime")

# Roles of an account: who is the shop.
FEED = "feed"
SHOP = "shop"

# Result codes (3.3): the first digit tells success, warning and error.
ADDED = "1002"
DUPLICATE = "2001"
NOT_FOUND = "3002"

# Longest values, in characters (3.2).
OWN_REF_LENGTH = 11
ORDER_REF_LENGTH = 20
NUMBER_LENGTH = 11
# xsd:int, and the column in which the original module keeps the numbers that it has seen.
MAX_NUMBER = 2**31 - 1

# The two faults of the original module (3.4), and ours.
BAD_KEY = "Authentification failed, please check your credentials!"
BAD_WEBSITE_CODE = (
    "Error, this code website is not recognized. Please check that the store is properly "
    "configured!"
)
# Only the text tells them apart; from the beginning, since a mail server may fail with like words.
KEY_FAULT = re.compile(r"\s*authenti(fi)?cation failed", re.IGNORECASE)
WEBSITE_CODE_FAULT = re.compile(
    r"\s*error, this (code website|website code) is not recogni[sz]ed", re.IGNORECASE
)

# Bytes of one call that are read: 10,000 comments have about 5 MB.
MAX_CALL_BYTES = 32 * 1024 * 1024
# 50,000 comments with two tags for each field; no more is parsed, let alone read.
MAX_CALL_MARKS = 900_000
# Seconds within which comments that the batch left open are sent one by one.
ONE_BY_ONE_SECONDS = 60
