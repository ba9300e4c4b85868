import { Chatter } from "@mail/chatter/web_portal/chatter";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

import { useEffect } from "@odoo/owl";

/** On a ticket with cases "Send message" is an answer through the marketplace, and says so. */
patch(Chatter.prototype, {
    setup() {
        super.setup(...arguments);
        useEffect(
            (root, type) => {
                if (!root) {
                    return;
                }
                root.setAttribute("data-marketplace", type);
                return () => root.removeAttribute("data-marketplace");
            },
            () => [
                this.isMarketplace && this.rootRef.el,
                this.isMarketplace && (this.state.composerType || "idle"),
            ]
        );
    },

    get childSubEnv() {
        const env = super.childSubEnv;
        env.inChatter.isMarketplace = () => this.isMarketplace;
        return env;
    },

    get marketplaceData() {
        const { record, threadModel } = this.props;
        const data = threadModel === "helpdesk.ticket" && record?.data;
        return data && data.marketplace_case_count > 0 ? data : null;
    },

    get isMarketplace() {
        return Boolean(this.marketplaceData);
    },

    get canMarketplaceAnswer() {
        return Boolean(this.marketplaceData?.can_marketplace_answer);
    },

    get marketplaceAnswerLabel() {
        const account = this.marketplaceData.marketplace_account_id?.display_name;
        return account ? _t("Answer via %(account)s", { account }) : _t("Answer");
    },

    get marketplaceAnswerTitle() {
        return this.canMarketplaceAnswer
            ? _t("Seen by the customer. Leaves through the marketplace, never from your mailbox.")
            : _t("No answer can be sent: the case is closed, or its account is not enabled.");
    },

    get marketplaceSeenBy() {
        return this.marketplaceData.marketplace_seen_by || _t("Seen by the customer.");
    },

    get marketplaceRecipient() {
        return this.marketplaceData.marketplace_customer_name || _t("the customer");
    },

    get marketplacePlaceholder() {
        if (!this.isMarketplace) {
            return undefined;
        }
        if (this.state.composerType === "note") {
            return _t("Internal note: only colleagues see it…");
        }
        return _t("Answer to %(customer)s, through %(account)s…", {
            customer: this.marketplaceRecipient,
            account: this.marketplaceData.marketplace_account_id?.display_name || "",
        });
    },
});
