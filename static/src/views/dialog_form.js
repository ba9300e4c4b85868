import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formView } from "@web/views/form/form_view";
import { FormController } from "@web/views/form/form_controller";

import { onMounted, onWillUnmount, useEffect } from "@odoo/owl";

// What a person fills in first, by what the dialog is about.
const FIRST_INPUT = [
    ".o_mkt_tick",
    ".o_data_row .o_mkt_number",
    ".o_data_row .o_mkt_choice button",
    ".o_mkt_first input",
].join(",");

/** A dialog that opens on its first line, and is confirmed with Ctrl+Enter. */
export class MarketplaceDialogController extends FormController {
    setup() {
        super.setup();
        this.isConfirming = false;
        this.useConfirmKeys();
        // After the form has focused what it thinks is first.
        onMounted(() => this.focusFirst());
        useEffect(
            () => this.focusFirst(),
            () => [this.model.root.data.kind]
        );
    }

    /**
     * The dialog around has this hotkey too, which presses the first button at once, whatever it
     * is: the newest registration wins, so this one comes after the dialog is there.
     */
    useConfirmKeys() {
        const hotkeys = useService("hotkey");
        const options = { bypassEditableProtection: true };
        const register = () => hotkeys.add("control+enter", () => this.confirmDialog(), options);
        let timer, unregister;
        onMounted(() => {
            timer = setTimeout(() => (unregister = register()));
        });
        onWillUnmount(() => {
            clearTimeout(timer);
            unregister?.();
        });
    }

    focusFirst() {
        setTimeout(() => this.getDialog()?.querySelector(FIRST_INPUT)?.focus());
    }

    getDialog() {
        return this.rootRef.el?.closest(".modal");
    }

    /** What has to be filled in before the button is there. */
    getMissing() {
        const invalid = this.getDialog()?.querySelector(".o_mkt_number[aria-invalid]");
        if (invalid) {
            return invalid;
        }
        if (!this.model.root.data.amount) {
            return this.getDialog()?.querySelector(FIRST_INPUT);
        }
        const names = ["reason_id", "override"].filter((name) => !this.model.root.data[name]);
        const inputs = names.map((name) => this.getDialog()?.querySelector(`[name="${name}"] input`));
        return inputs.find(Boolean);
    }

    /** Take what is still being typed, then press the button if it is there by then; once. */
    async confirmDialog() {
        if (this.isConfirming) {
            return;
        }
        this.isConfirming = true;
        try {
            const dialog = this.getDialog();
            document.activeElement?.blur();
            await this.model.root.isDirty();
            await this.model.mutex.getUnlockedDef();
            await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
            // Odoo disables its buttons while one of them is at work.
            const button = dialog?.querySelector("button[name='action_confirm']:not(:disabled)");
            if (button) {
                button.click();
            } else {
                this.getMissing()?.focus();
            }
        } finally {
            this.isConfirming = false;
        }
    }
}

registry.category("views").add("marketplace_dialog_form", {
    ...formView,
    Controller: MarketplaceDialogController,
});
