// What is said of a target: its settings and how it fares, in words.

import { quoted } from "./editing.js";
import { ago, fromNow, moment, plural } from "./format.js";
import { LIVE, SHORTS, span } from "./narrowing.js";

/** @import { TargetHealth, TargetSettings } from "./answers.js" */

/** How many queries are named. */
const NAMED_AT_MOST = 5;

/** @type {Record<TargetHealth["state"], string>} */
export const STATES = { new: "New", ok: "OK", failing: "Failing", resting: "Resting", paused: "Paused" };

const all = new Intl.ListFormat("en", { type: "conjunction" });

/** "08:00". @param {number} hour */
export const onTheHour = (hour) => `${String(hour).padStart(2, "0")}:00`;

/** "Webhook · all queries · at once". @param {TargetSettings} settings */
export function facts({ kind, queries, digest, digest_hour, zone }) {
  const named = queries.slice(0, NAMED_AT_MOST).map(quoted);
  const others = queries.length - named.length;
  const which = all.format(others ? [...named, `${others} more`] : named);
  const when = { each: "at once", hourly: "each hour", daily: `daily at ${onTheHour(digest_hour)}, ${zone}` }[digest];
  return [kind === "webhook" ? "Webhook" : "Apprise", which || "all queries", when].join(" · ");
}

/**
 * "Filters: with “world cup”, 4 to 20 min, no Shorts".
 * @param {Record<string, string>} filters
 * @param {(id: string) => string | undefined} channelTitle the name of a channel, where it is known
 */
export function narrowed({ search, exclude, live, shorts, channel_id, ...durations }, channelTitle) {
  const parts = [
    search && `with ${quoted(search)}`,
    exclude && `without ${quoted(exclude)}`,
    lower(span(durations)),
    lower(LIVE[live ?? ""]),
    lower(SHORTS[shorts ?? ""]),
    channel_id && `of the channel ${quoted(channelTitle(channel_id) ?? channel_id)}`,
  ].filter(Boolean);
  return parts.length ? `Filters: ${parts.join(", ")}` : "";
}

/** @param {string} [text] */
const lower = (text = "") => text.charAt(0).toLowerCase() + text.slice(1);

/** "Told of 1,204 videos, the last 3 minutes ago". @param {TargetHealth} health */
export function told({ state, told, last_told_at, next_turn_at }) {
  const seconds = next_turn_at ? (Date.parse(next_turn_at) - Date.now()) / 1000 : Number.NaN;
  const what = state === "failing" || state === "resting" ? "next try" : "next";
  const when = Number.isNaN(seconds) || state === "paused" ? "" : seconds < 1 ? "is due" : fromNow(seconds);
  const past = last_told_at
    ? `Told of ${plural(told, "video")}, the last ${ago(last_told_at)}`
    : "Not told of any video yet";
  return when ? `${past} · ${what} ${when}` : past;
}

/** What is wrong, and since when. @param {TargetHealth} health */
export function trouble({ state, problem, failing_since }) {
  if (!failing_since || state === "paused") return "";
  const rests = state === "resting" ? " It is tried once an hour." : "";
  return `Failing since ${moment(failing_since)}: ${sentence(problem)}${rests}`;
}

/** What came of the last test, and when. @param {TargetHealth} health */
export function test({ tested_at, test_problem }) {
  if (!tested_at) return "";
  const what = `Test of ${moment(tested_at)}`;
  return test_problem ? `${what} failed: ${sentence(test_problem)}` : `${what} arrived.`;
}

/** @param {string | null} text */
export const sentence = (text) => `${(text || "the reason is not known").replace(/\.$/, "")}.`;
