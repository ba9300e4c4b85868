from . import (
    marketplace_dialog,
    marketplace_answer,
    marketplace_answer_files,
    marketplace_read_again,
    marketplace_refund_ask,
    marketplace_refund_ask_confirm,
    marketplace_refund_ask_line,
    marketplace_refuse,
    marketplace_refuse_line,
    marketplace_resolve,
)
