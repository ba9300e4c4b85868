import { Failure } from "@mail/core/common/failure_model";
import { Message as MessageComponent } from "@mail/core/common/message";
import { Message } from "@mail/core/common/message_model";
import { Notification } from "@mail/core/common/notification_model";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const TYPE = "marketplace";
const BUBBLES = { customer: "blue", unknown: "blue", seller: "green", operator: "orange" };

patch(Message.prototype, {
    /** @type {"customer"|"seller"|"operator"|"system"|"unknown"|undefined} */
    marketplace_sender: undefined,
    /** @type {string|undefined} "customer,operator" of a message of ours */
    marketplace_recipients: undefined,
    /** @type {"unconfirmed"|"mail"|""|undefined} what only a mail has told */
    marketplace_by_mail: undefined,

    get bubbleColor() {
        return BUBBLES[this.marketplace_sender] || super.bubbleColor;
    },
});

patch(MessageComponent.prototype, {
    get attClass() {
        const sender = this.message.marketplace_sender;
        if (!sender) {
            return super.attClass;
        }
        const failures = this.message.failureNotifications;
        return {
            ...super.attClass,
            [`o_mkt_from_${sender}`]: true,
            o_mkt_to_operator: this.isToOperatorOnly,
            o_mkt_doubtful: failures.some((failure) => failure.isMarketplaceDoubt),
            o_mkt_failed: failures.some((failure) => !failure.isMarketplaceDoubt),
        };
    },

    /** Of several notifications the one that says how far the answer came. */
    get shownNotification() {
        const all = this.message.notification_ids;
        return all.find((one) => one.notification_type === TYPE) || all[0];
    },

    get isToOperatorOnly() {
        return this.message.marketplace_recipients === "operator";
    },

    /** Whom a message of ours went to, where there was a choice; the customer goes without saying. */
    get recipientsText() {
        if (this.isToOperatorOnly) {
            return _t("To the operator");
        }
        const names = (this.message.marketplace_recipients || "").split(",");
        return names.includes("operator") ? _t("To customer and operator") : "";
    },

    /** What only a mail has told may be anybody's. */
    get byMailText() {
        switch (this.message.marketplace_by_mail) {
            case "unconfirmed":
                return _t("By mail, not confirmed by the marketplace yet");
            case "mail":
                return _t("By mail");
        }
        return "";
    },

    get marketplaceSenderText() {
        switch (this.message.marketplace_sender) {
            case "seller":
                return this.recipientsText;
            case "customer":
                return _t("Customer");
            case "operator":
                return _t("Operator");
            case "system":
                return _t("Automatic");
            case "unknown":
                return _t("Role not told");
        }
        return "";
    },
});

patch(Notification.prototype, {
    /** @type {string|undefined} */
    failure_reason: undefined,

    get isMarketplaceDoubt() {
        return this.notification_type === TYPE && this.failure_type === "marketplace_doubt";
    },

    get failureMessage() {
        if (this.notification_type !== TYPE) {
            return super.failureMessage;
        }
        return this.failure_reason || this.label;
    },

    get icon() {
        if (this.notification_type !== TYPE) {
            return super.icon;
        }
        switch (this.notification_status) {
            case "pending":
                return "fa fa-check";
            case "sent":
                return "fa fa-eye text-success";
            case "exception":
                return this.isMarketplaceDoubt
                    ? "fa fa-question-circle"
                    : "fa fa-exclamation-circle";
            case "canceled":
                return "fa fa-trash-o";
        }
        return "fa fa-hourglass-half";
    },

    get label() {
        if (this.notification_type !== TYPE) {
            return super.label;
        }
        switch (this.notification_status) {
            case "pending":
                return _t("Sent, not seen in the thread yet");
            case "sent":
                return _t("Seen in the thread");
            case "exception":
                return this.isMarketplaceDoubt ? _t("In doubt") : _t("Undelivered");
            case "canceled":
                return _t("Abandoned");
        }
        return _t("Queued");
    },

    get statusIcon() {
        return this.notification_type === TYPE ? this.icon : super.statusIcon;
    },

    get statusTitle() {
        return this.notification_type === TYPE ? this.label : super.statusTitle;
    },
});

patch(Failure.prototype, {
    get body() {
        if (this.type !== TYPE) {
            return super.body;
        }
        if (this.notifications.length === 1 && this.lastMessage?.thread) {
            return _t("An answer through a marketplace did not arrive on “%(record_name)s”", {
                record_name: this.lastMessage.thread.display_name,
            });
        }
        return _t("Answers through a marketplace did not arrive");
    },
});
