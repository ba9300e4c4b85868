import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";

import { onMounted, onWillUnmount, reactive, useState } from "@odoo/owl";

const { DateTime } = luxon;

const MINUTE = 60 * 1000;

/** One minute hand for every clock on screen: it runs while somebody looks at it. */
const minuteHand = reactive({ now: null });
let watchers = 0;
let timer = null;

function tick() {
    minuteHand.now = DateTime.now();
}

/**
 * The current time as a reactive value that moves once a minute.
 *
 * @returns {{ now: import("luxon").DateTime }}
 */
export function useMinuteHand() {
    if (!watchers) {
        tick();
    }
    onMounted(() => {
        if (!watchers++) {
            timer = browser.setInterval(tick, MINUTE);
        }
    });
    onWillUnmount(() => {
        if (!--watchers) {
            browser.clearInterval(timer);
        }
    });
    return useState(minuteHand);
}

/**
 * Minutes as people say them: minutes under a day, days and hours above.
 *
 * @param {number} minutes may be negative
 */
export function formatMinutes(minutes) {
    const sign = minutes < 0 ? "− " : "";
    const total = Math.abs(minutes);
    const hours = Math.floor(total / 60);
    const days = Math.floor(hours / 24);
    if (days) {
        return sign + _t("%(days)s d %(hours)s h", { days, hours: hours % 24 });
    }
    const rest = total % 60;
    if (!hours) {
        return sign + _t("%(minutes)s min", { minutes: rest });
    }
    return (
        sign + _t("%(hours)s h %(minutes)s", { hours, minutes: String(rest).padStart(2, "0") })
    );
}

/**
 * Whole minutes from `now` to `date`; below zero as soon as it is past.
 *
 * @param {import("luxon").DateTime} date
 * @param {import("luxon").DateTime} now
 */
export function minutesUntil(date, now) {
    return Math.floor((date.toMillis() - now.toMillis()) / MINUTE);
}
