import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

// Shown only while it is so.
const ASIDE = "disputed";

/** How far an incident is, as a row of steps. */
export class MarketplaceStepsField extends Component {
    static template = "marketplace_helpdesk.StepsField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    /** @returns {[string, string][]} value and label */
    get steps() {
        const { selection } = this.props.record.fields[this.props.name];
        return selection.filter(([value]) => value !== ASIDE || this.value === ASIDE);
    }
}

registry.category("fields").add("marketplace_steps", {
    component: MarketplaceStepsField,
    displayName: _t("Steps"),
    supportedTypes: ["selection"],
});
