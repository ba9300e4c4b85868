"""Names on the wire, result codes and limits."""

OPENSI = "http://www.opensi.fr"  # messages, header
DATA = "http://www.opensi.fr/xsd"  # records
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ENVELOPES = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
VERSIONS = {namespace: version for version, namespace in ENVELOPES.items()}
OPERATIONS = ("setComments", "getVersion", "getDatetime")
# The fields of a comment, in the order of the schema.
FIELDS = (
    "OrderNumber",
    "WebOrderNumber",
    "CommentId",
    "Comment",
    "CommentDate",
    "SendMail",
    "VisibleForCustomer",
)

ADDED = "1002"
DUPLICATE = "2001"
NOT_FOUND = "3002"
MESSAGES = {
    DUPLICATE: "This comment is already set on the store",
    NOT_FOUND: "This order does not exist on the store",
}
BAD_KEY = "Authentification failed, please check your credentials!"
BAD_CODE = (
    "Error, this code website is not recognized. Please check that the store is properly "
    "configured!"
)
