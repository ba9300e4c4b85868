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
        Object.assign(env.inChatter, {
            isMarketplace: () => this.isMarketplace,
            getMarketplaceShown: () => this.marketplaceShown,
            refreshMarketplaceShown: () => this.refreshMarketplaceShown(),
        });
        return env;
    },

    /** What is shown stays as it is while somebody writes: the server tells what has changed. */
    toggleComposer(mode = false, ...args) {
        if (mode === "message") {
            this.state.marketplaceShown = this.marketplaceData?.marketplace_shown;
        }
        return super.toggleComposer(mode, ...args);
    },

    /** After a refusal: show how it is now. */
    async refreshMarketplaceShown() {
        await this.reloadParentView();
        this.state.marketplaceShown = this.marketplaceData?.marketplace_shown;
        this.load(this.state.thread, ["messages"]);
    },

    get marketplaceShown() {
        const fresh = this.marketplaceData?.marketplace_shown;
        const opened = this.state.marketplaceShown;
        const isOpen = this.state.composerType === "message";
        return isOpen && opened && opened.ticket_id === fresh?.ticket_id ? opened : fresh;
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
            ? _t("%(seen_by)s Leaves through the marketplace, never from your mailbox.", {
                  seen_by: this.marketplaceSeenBy,
              })
            : _t("No answer can be sent: the case is closed, or its account is not enabled.");
    },

    get marketplaceSeenBy() {
        return this.marketplaceShown?.seen_by || _t("Seen by the customer.");
    },

    get marketplaceRecipient() {
        return this.marketplaceShown?.to || _t("the customer");
    },

    get marketplacePlaceholder() {
        if (!this.isMarketplace) {
            return undefined;
        }
        if (this.state.composerType === "note") {
            return _t("Internal note: only colleagues see it…");
        }
        return _t("Answer to %(recipient)s, through %(account)s…", {
            recipient: this.marketplaceRecipient,
            account: this.marketplaceData.marketplace_account_id?.display_name || "",
        });
    },
});
