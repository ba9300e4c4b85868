from . import marketplace_refund_report
