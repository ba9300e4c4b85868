import { registry } from "@web/core/registry";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { formView } from "@web/views/form/form_view";
import { FormController } from "@web/views/form/form_controller";

import { onMounted } from "@odoo/owl";

/** A dialog that opens on its first line, and is confirmed with Ctrl+Enter. */
export class MarketplaceDialogController extends FormController {
    setup() {
        super.setup();
        useHotkey("control+enter", () => this.confirmDialog(), { bypassEditableProtection: true });
        // After the form has focused what it thinks is first.
        onMounted(() => setTimeout(() => this.getDialog()?.querySelector(".o_mkt_tick")?.focus()));
    }

    getDialog() {
        return this.rootRef.el?.closest(".modal");
    }

    /** Take what is still being typed, then press the button if it is there by then. */
    async confirmDialog() {
        const dialog = this.getDialog();
        document.activeElement?.blur();
        await this.model.root.isDirty();
        await this.model.mutex.getUnlockedDef();
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        dialog?.querySelector("button[name='action_confirm']:not(:disabled)")?.click();
    }
}

registry.category("views").add("marketplace_dialog_form", {
    ...formView,
    Controller: MarketplaceDialogController,
});
