import { Chatter } from "@mail/chatter/web_portal/chatter";
import { Message as MessageComponent } from "@mail/core/common/message";
import { registerMessageAction } from "@mail/core/common/message_actions";
import { Message } from "@mail/core/common/message_model";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

import "./message_patch"; // comes first: this file changes what it shows
import { CommentDialog } from "../comments/comment_dialog";
import { STATE_LOOKS } from "../comments/comment_list_fields";
import { formatMoment, isAhead, readMoment, reloadBubbles } from "../comments/comment_tools";

const MODEL = "sale.order";

patch(Message.prototype, {
    /** @type {{state: string, state_name: string, direction: string, reason: string}|false} */
    marketplace_comment: undefined,

    /** What the shop has, or is about to get, is corrected in the tab, never here. */
    get editable() {
        return !this.marketplace_comment && super.editable;
    },
});

patch(MessageComponent.prototype, {
    /** @returns {object|false} the order comment that this bubble is, if it is one */
    get orderComment() {
        return this.message.marketplace_comment || false;
    },

    get attClass() {
        const classes = super.attClass;
        if (!this.orderComment) {
            return classes;
        }
        return {
            ...classes,
            o_mkt_comment_inside: !this.orderComment.is_visible && !this.orderComment.is_mailed,
            o_mkt_failed: this.orderComment.state === "refused",
        };
    },

    /** Its own badge says more. */
    get marketplaceSenderText() {
        return this.orderComment ? "" : super.marketplaceSenderText;
    },

    get orderCommentLook() {
        return STATE_LOOKS[this.orderComment.state] || { badge: "text-bg-300", icon: "" };
    },

    get orderCommentText() {
        const { due_at: due, state, state_name: name } = this.orderComment;
        const date = readMoment(due);
        if (state === "waiting" && isAhead(date)) {
            return _t("%(state)s, %(time)s", { state: name, time: formatMoment(date) });
        }
        return name;
    },

    get orderCommentWay() {
        return this.orderComment.direction === "in"
            ? _t("From the shop's side")
            : _t("Written here");
    },

    get orderCommentAudience() {
        const { is_mailed: isMailed, is_visible: isVisible } = this.orderComment;
        if (isVisible) {
            return _t("visible to the customer");
        }
        return isMailed ? _t("not in the customer's account") : _t("internal");
    },
});

/** What an order's box says, where the chatter stands beside an order that has one. */
patch(Chatter.prototype, {
    get childSubEnv() {
        const env = super.childSubEnv;
        Object.assign(env.inChatter, {
            getOrderCommentBox: () => this.orderCommentBox,
            onOrderCommentAdded: () => this.onOrderCommentAdded(),
        });
        return env;
    },

    get orderCommentBox() {
        const { record, threadModel } = this.props;
        return threadModel === MODEL && record?.resId && record.data.marketplace_comment_box;
    },

    async onOrderCommentAdded() {
        await this.reloadParentView();
        await reloadBubbles(this.store, MODEL, this.props.threadId);
    },
});

registerMessageAction("marketplace-order-comment", {
    condition: ({ message, owner, thread }) =>
        thread?.model === MODEL &&
        message.message_type === "comment" &&
        !message.marketplace_comment &&
        !message.isBodyEmpty &&
        Boolean(owner.env?.inChatter?.getOrderCommentBox?.()?.can_write),
    icon: "fa fa-commenting-o",
    name: _t("Send as order comment"),
    onSelected: async ({ message, owner, store, thread }) => {
        const [orderId, messageId] = [thread.id, message.id];
        const { dialog, orm } = store.env.services;
        const { inChatter } = owner.env;
        const draft = await orm.call(MODEL, "marketplace_get_comment_draft", [
            [orderId],
            messageId,
        ]);
        dialog.add(CommentDialog, {
            box: inChatter.getOrderCommentBox(),
            draft,
            messageId,
            orderId,
            onAdded: () => inChatter.onOrderCommentAdded(),
        });
    },
    sequence: 60,
});
