import { _t } from "@web/core/l10n/translation";
import { formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

import { minutesUntil, useMinuteHand } from "./clock";

const { DateTime } = luxon;

/** A moment near now: minutes and hours as such, then the day with its time. */
export class MarketplaceSinceField extends Component {
    static template = "marketplace_helpdesk.SinceField";
    static props = { ...standardFieldProps };

    setup() {
        this.clock = useMinuteHand();
    }

    get date() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        const minutes = minutesUntil(this.date, this.clock.now);
        if (minutes >= -1 && minutes <= 0) {
            return _t("just now");
        }
        if (Math.abs(minutes) < 12 * 60) {
            return this.date.toRelative({ base: this.clock.now, style: "short" });
        }
        const time = this.date.toLocaleString(DateTime.TIME_SIMPLE);
        const days = this.date
            .startOf("day")
            .diff(this.clock.now.setZone(this.date.zone).startOf("day"), "days").days;
        if (Math.round(days) === 0) {
            return _t("today %(time)s", { time });
        }
        if (Math.round(days) === -1) {
            return _t("yesterday %(time)s", { time });
        }
        const sameYear = this.date.year === this.clock.now.year;
        const day = { day: "numeric", month: "short" };
        return this.date.toLocaleString(
            sameYear
                ? { ...day, hour: "numeric", minute: "2-digit" }
                : { ...day, year: "numeric" }
        );
    }

    get title() {
        return formatDateTime(this.date);
    }
}

registry.category("fields").add("marketplace_since", {
    component: MarketplaceSinceField,
    displayName: _t("Marketplace Moment"),
    supportedTypes: ["datetime"],
    listViewWidth: 120,
});
