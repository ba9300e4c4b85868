import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** To whom a message goes: only those who may be written to, by name. */
export class MarketplaceRecipientField extends Component {
    static template = "marketplace_helpdesk.RecipientField";
    static props = { ...standardFieldProps };

    /** @returns {[string, string][]} value and label */
    get choices() {
        return this.props.record.data.recipient_choices || [];
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    choose(value) {
        return this.props.record.update({ [this.props.name]: value });
    }
}

registry.category("fields").add("marketplace_recipient", {
    component: MarketplaceRecipientField,
    displayName: _t("Recipient at a Marketplace"),
    supportedTypes: ["selection"],
    fieldDependencies: [{ name: "recipient_choices", type: "json" }],
});
