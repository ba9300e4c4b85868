"""Which action does which operation."""

from .. import base
from .action import ResolveIncidentAction
from .giving import RefundAction, RefuseLinesAction
from .messages import ReplyAction

ACTIONS = {
    base.Reply.kind: ReplyAction,
    base.Refund.kind: RefundAction,
    base.RefuseLines.kind: RefuseLinesAction,
    base.ResolveIncident.kind: ResolveIncidentAction,
}
