import { Composer } from "@mail/core/common/composer";
import { Store } from "@mail/core/common/store_service";
import { createElementWithContent } from "@web/core/utils/html";
import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";

patch(Store.prototype, {
    async getMessagePostParams({ postData }) {
        const params = await super.getMessagePostParams(...arguments);
        if (postData.marketplaceShown) {
            params.post_data.marketplace_shown = postData.marketplaceShown;
        }
        return params;
    },
});

/** The large composer mails customers: on a ticket with cases the answer dialog opens instead. */
patch(Composer.prototype, {
    setup() {
        super.setup(...arguments);
        this.marketplaceOrm = useService("orm");
        this.marketplaceAction = useService("action");
    },

    get isMarketplaceAnswer() {
        return this.props.type === "message" && Boolean(this.env.inChatter?.isMarketplace?.());
    },

    /** An answer takes along what was on screen: it is refused where that is no longer so. */
    get postData() {
        const data = super.postData;
        if (this.isMarketplaceAnswer) {
            data.marketplaceShown = this.env.inChatter.getMarketplaceShown();
        }
        return data;
    },

    async processMessage(cb) {
        if (!this.isMarketplaceAnswer) {
            return super.processMessage(cb);
        }
        try {
            return await super.processMessage(cb);
        } catch (error) {
            this.state.active = true; // the text stays, and can be sent once it was looked at
            await this.env.inChatter.refreshMarketplaceShown();
            throw error;
        }
    },

    async onClickFullComposer(ev) {
        if (!this.isMarketplaceAnswer) {
            return super.onClickFullComposer(ev);
        }
        const { thread } = this;
        const action = await this.marketplaceOrm.call(thread.model, "action_marketplace_answer", [
            [thread.id],
        ]);
        const { composerText, composerHtml } = this.props.composer;
        const text = composerText || createElementWithContent("div", composerHtml).textContent;
        action.views = [[false, "form"]];
        const files = this.props.composer.attachments.map((file) => file.id);
        action.context = {
            ...action.context,
            default_body: text.trim(),
            ...(files.length ? { default_attachment_ids: [[6, 0, files]] } : {}),
        };
        await this.marketplaceAction.doAction(action, {
            onClose: (args) => {
                if (args?.dismiss || args?.special) {
                    return; // the text stays where it was begun
                }
                this.clear();
                this.onCloseFullComposerCallback(false);
            },
        });
    },
});
