// Words and figures for times, lengths and counts.

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
export const terse = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });
const dayAndMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const hourAndMinute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const grouped = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Not fillers, which are letters that nobody sees, nor the vowels that Thai writes before the first consonant. */
const LETTER = /^(?![\p{DI}\p{LOE}])[\p{L}\p{N}]/u;
/** Emoji included; not the blank pattern of Braille. */
const SYMBOL = /^(?!\u2800)[\p{S}\p{P}]/u;
/** Its capitals stand in few fonts, and begin no word. */
const GEORGIAN = /\p{Script=Georgian}/u;
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** 12345 → "12,345". @param {number} count */
export const number = (count) => grouped.format(count);

/** 12345 → "12.3K". @param {number} count */
export const roughly = (count) => compact.format(count);

/**
 * 2, "search", "searches" → "2 searches".
 * @param {number} count
 * @param {string} one
 */
export const plural = (count, one, many = `${one}s`, write = number) => `${write(count)} ${count === 1 ? one : many}`;

/** Whether the API takes a text for a search: it wants a word of two letters. @param {string} text */
export const hasWord = (text) => /[\p{L}\p{N}\p{M}]{2}/u.test(text);

/** A time as the API writes it, in UTC. @param {number} ms */
export const timestamp = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/** "Monday, 23 November 2026 at 11:46:00 UTC". @param {string} at */
export const exactly = (at) => full.format(new Date(at));

/** "23 Nov". @param {number} ms */
export const day = (ms) => dayAndMonth.format(ms);

/** "11:46". @param {number} ms */
export const clock = (ms) => hourAndMinute.format(ms);

/** "11:46", or "24 Nov, 11:46" on another day. @param {string} at */
export function moment(at) {
  const ms = Date.parse(at);
  return day(ms) === day(Date.now()) ? clock(ms) : `${day(ms)}, ${clock(ms)}`;
}

/**
 * "3 minutes ago" or "in 3 minutes", in whole units, rounded down.
 * @param {number} seconds from now, negative for the past
 */
export function fromNow(seconds, words = relative) {
  const size = Math.abs(seconds);
  const [unit, span] = UNITS.find(([, length]) => size >= length) ?? ["second", 1];
  return words.format(Math.trunc(seconds / span), unit);
}

/** "3 minutes ago". @param {string} at */
export function ago(at, words = relative) {
  const seconds = (Date.parse(at) - Date.now()) / 1000;
  return seconds > -5 ? "just now" : fromNow(seconds, words);
}

/** "3min ago". @param {string} at */
export const agoTersely = (at) => ago(at, terse);

/** 3725 → 1, 2, 5. @param {number} seconds @returns {[hours: number, minutes: number, seconds: number]} */
const parts = (seconds) => [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];

/** 3725 → "1:02:05". @param {number} seconds */
export function length(seconds) {
  const [hours, ...rest] = parts(seconds);
  return (hours ? [hours, ...rest] : rest).map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":");
}

/** 3725 → "1 hour 2 minutes 5 seconds". @param {number} seconds */
export function spokenLength(seconds) {
  const [hours, minutes, rest] = parts(seconds);
  return [hours && plural(hours, "hour"), minutes && plural(minutes, "minute"), rest && plural(rest, "second")]
    .filter(Boolean)
    .join(" ");
}

/** A day as a date field writes it, in the reader's time zone. @param {number} ms */
export function dateField(ms) {
  const date = new Date(ms);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
}

/**
 * The midnight at which a date field's day begins, or a later one, as a timestamp.
 * @param {string} value
 * @param {number} days later
 */
export function midnight(value, days) {
  if (!value) return "";
  const [year = 0, month = 0, date = 0] = value.split("-").map(Number);
  return timestamp(new Date(year, month - 1, date + days).getTime());
}

/** An angle in degrees that stays the same for the same text, and differs for similar ones. @param {string} text */
export function angle(text) {
  // FNV-1a, and a last round of MurmurHash3's mixing.
  let sum = 0x811c9dc5;
  for (const character of text) sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  return ((sum ^ (sum >>> 13)) >>> 0) % 360;
}

/**
 * What stands for a name: its first letter or digit with all that belongs to it, or else its first symbol; "" where
 * there is nothing to see.
 * @param {string} name
 */
export function initial(name) {
  const characters = [...graphemes.segment(name.normalize("NFKC"))].map(({ segment }) => segment);
  const found =
    characters.find((character) => LETTER.test(character)) ??
    characters.find((character) => SYMBOL.test(character)) ??
    "";
  const capital = found.toUpperCase();
  return capital.length > found.length || GEORGIAN.test(found) ? found : capital;
}
