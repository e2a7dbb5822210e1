// Filters in words and figures: what the sheet of filters and the targets share.

/** @type {Record<string, string>} */
export const LIVE = { none: "No broadcasts", live: "Live now", upcoming: "Upcoming" };
/** @type {Record<string, string>} */
export const SHORTS = { only: "Only Shorts", none: "No Shorts" };

/** Minutes of a week, more than which the API does not take. */
export const MINUTES_AT_MOST = 10_080;

/** Seconds as minutes: "240" → "4", "90" → "1.5". @param {string} [seconds] */
export const minutes = (seconds) => (seconds ? String(Math.round(Number(seconds) / 0.6) / 100) : "");

/** Minutes as seconds, NaN where it is none of what the API takes. @param {string} text */
export function seconds(text) {
  const value = Number(text.replace(",", "."));
  return text && value >= 0 && value <= MINUTES_AT_MOST ? Math.round(value * 60) : Number.NaN;
}

/** "4 to 20 min", "Up to 4 min", "20 min or more". @param {{ min_duration?: string, max_duration?: string }} filters in seconds */
export function span({ min_duration, max_duration }) {
  const [least, most] = [minutes(min_duration), minutes(max_duration)];
  if (least && most) return least === most ? `${most} min` : `${least} to ${most} min`;
  return least ? `${least} min or more` : most ? `Up to ${most} min` : "";
}
