import { Composer } from "@mail/core/common/composer";
import { createElementWithContent } from "@web/core/utils/html";
import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";

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
