import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { computeM2OProps, Many2One } from "@web/views/fields/many2one/many2one";
import {
    buildM2OFieldDescription,
    extractM2OFieldProps,
    Many2OneField,
} from "@web/views/fields/many2one/many2one_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onWillStart, onWillUpdateProps } from "@odoo/owl";

/** The coloured letter that stands for an account. */
export class AccountLetter extends Component {
    static template = "marketplace_helpdesk.AccountLetter";
    static props = {
        code: { type: [String, Boolean], optional: true },
        color: { type: Number, optional: true },
        name: { type: [String, Boolean], optional: true },
        size: { type: String, optional: true },
    };

    get letters() {
        return this.props.code || (this.props.name || "?").charAt(0).toUpperCase();
    }
}

/** An account with its letter. */
export class MarketplaceAccountField extends Component {
    static template = "marketplace_helpdesk.AccountField";
    static components = { AccountLetter, Many2One };
    static props = {
        ...Many2OneField.props,
        letterOnly: { type: Boolean, optional: true },
        size: { type: String, optional: true },
    };

    setup() {
        this.accounts = useService("marketplace_accounts");
        onWillStart(() => this.accounts.load(this.value?.id));
        onWillUpdateProps((props) => this.accounts.load(props.record.data[props.name]?.id));
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get letter() {
        return this.accounts.get(this.value?.id);
    }

    get m2oProps() {
        const { letterOnly, size, ...props } = this.props;
        return computeM2OProps(props);
    }
}

registry.category("fields").add("marketplace_account", {
    ...buildM2OFieldDescription(MarketplaceAccountField),
    displayName: _t("Marketplace Account"),
    extractProps: (staticInfo, dynamicInfo) => ({
        ...extractM2OFieldProps(staticInfo, dynamicInfo),
        letterOnly: Boolean(staticInfo.options.letter_only),
        size: staticInfo.options.size,
    }),
});

/** The letter on the account itself. */
export class MarketplaceLetterField extends Component {
    static template = "marketplace_helpdesk.LetterField";
    static components = { AccountLetter };
    static props = { ...standardFieldProps, size: { type: String, optional: true } };

    get letterProps() {
        const { name, color } = this.props.record.data;
        const code = this.props.record.data[this.props.name];
        return { code, color, name, size: this.props.size };
    }
}

registry.category("fields").add("marketplace_letter", {
    component: MarketplaceLetterField,
    displayName: _t("Marketplace Letter"),
    supportedTypes: ["char"],
    listViewWidth: 40,
    fieldDependencies: [{ name: "color", type: "integer" }],
    extractProps: ({ options }) => ({ size: options.size }),
});
