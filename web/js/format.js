/** Days, times, money and points in the language of the page, as the person's own country writes that language. */

const { lang = "en" } = document.documentElement; // a picture has none
// Days of the program are of one calendar, and what is read aloud in a language is in its digits.
const { region } = new Intl.Locale(navigator.languages[0] ?? lang).maximize();
const locales = new Intl.Locale(lang, { region, calendar: "gregory", numberingSystem: "latn" });
const days = new Intl.DateTimeFormat(locales, { dateStyle: "long", timeZone: "UTC" });
const shortDays = new Intl.DateTimeFormat(locales, { dateStyle: "medium", timeZone: "UTC" });
const toTheMinute = { year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" };
let times, momentDays;
const numbers = new Intl.NumberFormat(locales, { maximumFractionDigits: 6 });

const midnight = (day) => new Date(`${day}T00:00:00Z`);

/** A day of the program, `2027-02-15`. */
export const day = (iso) => days.format(midnight(iso));

/** Two days as a span, or the one day. */
export const span = (first, last) =>
  first === last ? shortDays.format(midnight(first)) : shortDays.formatRange(midnight(first), midnight(last));

/** From here on moments are told in the program's time zone, whose days decide. */
export function inZone(timeZone) {
  times = new Intl.DateTimeFormat(locales, { ...toTheMinute, timeZone });
  momentDays = new Intl.DateTimeFormat(locales, { dateStyle: "long", timeZone });
}

inZone();
const timesHere = times;

/** A moment, with its time zone. */
export const time = (instant) => times.format(new Date(instant));

/** A moment in the person's own time zone. */
export const timeHere = (instant) => timesHere.format(new Date(instant));

/** The day of a moment, where the program is. */
export const dayOf = (instant) => momentDays.format(new Date(instant));

/** The moment at which a day of the program is over, as a time in milliseconds. */
export function endOf(iso, timeZone) {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
  const wanted = midnight(iso).getTime() + 24 * 60 * 60_000;
  const shift = (instant) => {
    const { year, month, day: date, hour, minute } = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    return wanted - Date.UTC(year, month - 1, date, hour, minute);
  };
  const near = wanted + shift(wanted);
  return near + shift(near);
}

/** The day it is now where the program is, `2027-02-15`. */
export const programDay = (timeZone) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date());

/** A number of points or of anything else. */
export const number = (value) => numbers.format(value);

// As Stripe counts money, and shared/domain/money.py: browsers differ in what they take for a minor unit.
const whole = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));
const thousandths = new Set("bhd jod kwd omr tnd".split(" "));

/** Money in minor units of its currency. */
export function money({ amount, currency }) {
  const places = whole.has(currency) ? 0 : thousandths.has(currency) ? 3 : 2;
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  return new Intl.NumberFormat(locales, { style: "currency", currency, ...digits }).format(amount / 10 ** places);
}

/** The size of a file, in bytes, as people say it. */
export function size(bytes) {
  const [unit, share] = bytes < 1024 ** 2 ? ["kilobyte", 1024] : ["megabyte", 1024 ** 2];
  return new Intl.NumberFormat(locales, { style: "unit", unit, unitDisplay: "short", maximumSignificantDigits: 3 }).format(Math.max(bytes / share, 0.1));
}
