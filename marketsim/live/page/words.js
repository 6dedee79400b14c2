// Numbers and dates in words.

export const NOTHING = "–";
const MINUS = "\u2212";

const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** @type {Map<number, Intl.NumberFormat>} */
const formats = new Map();

/**
 * A number with thousands apart and so many digits.
 * @param {number} value
 * @param {number} digits
 */
export function number(value, digits = 0) {
  let format = formats.get(digits);
  if (!format) {
    format = new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(digits, format);
  }
  const words = format.format(Math.abs(value));
  return value < 0 && /[1-9]/.test(words) ? MINUS + words : words;
}

/**
 * With its sign.
 * @param {number} value
 * @param {number} digits
 */
export function signed(value, digits = 0) {
  const words = number(value, digits);
  return value > 0 && /[1-9]/.test(words) ? `+${words}` : words;
}

/**
 * A value of a measure.
 * @param {number | null | undefined} value
 * @param {Measure} measure
 */
export function said(value, measure) {
  if (!known(value)) return NOTHING;
  return number(value * measure.factor, measure.digits) + percent(measure);
}

/**
 * By how much b differs from a.
 * @param {number | null | undefined} a
 * @param {number | null | undefined} b
 * @param {Measure} measure
 */
export function difference(a, b, measure) {
  if (!known(a) || !known(b)) return NOTHING;
  return signed((b - a) * measure.factor, measure.digits) + (percent(measure) && " pts");
}

/** @param {Measure} measure */
export function percent(measure) {
  return measure.unit.startsWith("%") ? "%" : "";
}

/**
 * @param {number | null | undefined} value
 * @returns {value is number}
 */
export function known(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/**
 * How many digits a step of this size needs.
 * @param {number} step
 */
export function digits(step) {
  const shown = String(step);
  if (shown.includes("e-")) return Number(shown.split("e-")[1]);
  return shown.split(".")[1]?.length ?? 0;
}

/**
 * "2026-04-06" as "6 April 2026"; other words stay as they are.
 * @param {string} date
 */
export function day(date) {
  const time = Date.parse(date);
  if (!/^\d{4}-\d{2}-\d{2}/.test(date) || Number.isNaN(time)) return date;
  return dates.format(time);
}

/** @param {string} words */
export function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
