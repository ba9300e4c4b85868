import { browser } from "@web/core/browser/browser";
import { toLocaleDateTimeString } from "@web/core/l10n/dates";
import { user } from "@web/core/user";

const { DateTime } = luxon;

const DRAFT = "marketplace_helpdesk.comment";

/** What somebody has begun to write, kept in this tab of the browser until it is added. */
function getDraftKey(orderId) {
    return `${DRAFT}.${user.userId}.${orderId}`;
}

/** @returns {{text: string, isVisible: boolean, isMailed: boolean}|null} */
export function readDraft(orderId) {
    try {
        return JSON.parse(browser.sessionStorage.getItem(getDraftKey(orderId)));
    } catch {
        return null;
    }
}

/** Keep a draft; one without text is dropped. */
export function keepDraft(orderId, draft) {
    const key = getDraftKey(orderId);
    if (!draft?.text) {
        browser.sessionStorage.removeItem(key);
        return;
    }
    try {
        browser.sessionStorage.setItem(key, JSON.stringify(draft));
    } catch {
        // No room for it: the text stays where it is written.
    }
}

/**
 * When something happens, as short as it can be said: the time on the day that one thinks of, with
 * the day otherwise.
 *
 * @param {import("luxon").DateTime} date
 * @param {import("luxon").DateTime} [day] today where it is not given
 */
export function formatMoment(date, day = DateTime.now()) {
    const isSameDay = date.hasSame(day.setZone(date.zone), "day");
    return toLocaleDateTimeString(date, { showDate: !isSameDay, showSeconds: false });
}

/**
 * Whether a time lies ahead. The scheduler wakes once a minute: less than half of one is now.
 *
 * @param {import("luxon").DateTime|false} date
 * @param {import("luxon").DateTime} [shown] the minute hand, which stands still for a minute
 */
export function isAhead(date, shown = DateTime.now()) {
    const now = DateTime.max(shown, DateTime.now());
    return Boolean(date) && date > now.plus({ seconds: 30 });
}

/** @param {string} text ISO, as the server gives it */
export function readMoment(text) {
    return text ? DateTime.fromISO(text, { zone: "utc" }).setZone("default") : false;
}

/** Read a record again, and what the chatter shows of it: states change in both. */
export async function reloadComments(record, store) {
    await record.load();
    await reloadBubbles(store, record.resModel, record.resId);
}

/** The newest bubbles as they are now; those that the chatter does not show yet appear. */
export async function reloadBubbles(store, model, id) {
    const thread = store.Thread.get({ model, id });
    if (!thread?.isLoaded) {
        return;
    }
    await thread.fetchNewMessages();
    await thread.fetchMessages();
}
