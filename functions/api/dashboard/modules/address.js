// The page's address: what is shown follows from it alone.

import { hasWord, timestamp } from "./format.js";

/** @typedef {typeof DEFAULTS} State what an address says, each part as text */
/**
 * @typedef {object} Move
 * @property {State} before
 * @property {number} left the history's entry that was shown until now
 * @property {number} entry the one that is shown from now on
 * @property {boolean} back whether the reader came by the history
 */

/** The query of an address that lists all watched ones together. */
export const ALL = "*";

/** A state without filters. */
export const NO_FILTERS = {
  search: "",
  channel_id: "",
  live: "",
  min_duration: "",
  max_duration: "",
  shorts: "",
  exclude: "",
  range: "",
  published_after: "",
  published_before: "",
};

export const DEFAULTS = {
  query: "",
  ...NO_FILTERS,
  order: "newest",
  page_size: "24",
  view: "cards",
  sort: "",
  hidden: "",
  watch: "",
};
const NAMES = /** @type {(keyof State)[]} */ (Object.keys(DEFAULTS));

/** Seconds of each quick range. @type {Record<string, number>} */
const RANGES = { "1h": 3600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000 };

const SECONDS = /^\d{1,6}$/;

/** What an address may say; anything else counts as unsaid. @type {Partial<Record<keyof State, { test: (value: string) => boolean }>>} */
const ALLOWED = {
  live: /^(none|live|upcoming)$/,
  min_duration: SECONDS,
  max_duration: SECONDS,
  shorts: /^(only|none)$/,
  exclude: { test: hasWord },
  order: /^(newest|oldest|longest|shortest|views)$/,
  view: /^(cards|table)$/,
  hidden: /^shown$/,
  watch: /^[\w-]{11}$/,
  range: new RegExp(`^(${Object.keys(RANGES).join("|")})$`),
  sort: /^-?(title|channel|published|found|length)$/,
  page_size: /^([1-9]|[1-4]\d|50)$/,
};

/** What is pasted along unseen. The API leaves it out of a query, and takes every kind of space for a plain one. */
const MARKS = /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/gu;
const SPACES = /\p{Zs}+/gu;

const FILTERS = /** @type {(keyof typeof NO_FILTERS)[]} */ (Object.keys(NO_FILTERS));

/** What decides which videos are listed, and in which order the server gives them. @type {(keyof State)[]} */
const LISTING = ["query", ...FILTERS, "order", "page_size"];

/** The folder that the API answers in, also under a stage path without a closing slash. */
export const HOME = location.pathname.replace(/\/?$/, "/");

let current = read();
/** The history's entry that is shown. @type {number} */
let entry = history.state?.entry ?? 0;
/** The video that the reader has started on this page; a link and the history only show one. */
let started = "";
/** @type {(move: Move) => void} */
let onMove;

/** What is shown now. */
export const present = () => current;

/** Whether the videos of all queries are listed together. */
export const showsAll = () => current.query === ALL;

/** Whether the video that is watched is one that the reader has started, so that it may play at once. */
export const isStarted = () => Boolean(started) && started === current.watch;

/** Calls for each move from one state to another, once it is made. @param {(move: Move) => void} call */
export function follow(call) {
  onMove = call;
  history.scrollRestoration = "manual";
  addEventListener("popstate", () => {
    started = "";
    move(read(), history.state?.entry ?? 0, true);
  });
}

/** @param {Partial<State>} changes @param {boolean} [replace] whether the present step of the history is rewritten */
export function go(changes, replace = false) {
  const next = { ...current, ...changes };
  if (addressOf(next) === addressOf(current)) return;
  const to = replace ? entry : Date.now();
  const opened = Boolean(next.watch && (replace ? history.state?.opened : !current.watch));
  if (changes.watch !== undefined) started = changes.watch;
  history[replace ? "replaceState" : "pushState"]({ entry: to, opened }, "", addressOf(next));
  move(next, to, false);
}

/** Undoes the step of the history that began to watch a video. */
export function stopWatching() {
  if (history.state?.opened) history.back();
  else go({ watch: "" }, true);
}

/** Closes the player: nothing may lie over it, and it must not be heard while it cannot be seen. */
export function clearTheView() {
  if (current.watch) stopWatching();
}

/** @param {State} next @param {number} to @param {boolean} back */
function move(next, to, back) {
  const made = { before: current, left: entry, entry: to, back };
  current = next;
  entry = to;
  onMove(made);
}

function read() {
  const said = new URLSearchParams(location.search);
  const found = { ...DEFAULTS };
  for (const name of NAMES) {
    const value = said.get(name);
    if (value && (ALLOWED[name]?.test(value) ?? true)) found[name] = value;
  }
  // Tabs and status are found by the query as the API names it.
  found.query = found.query.replace(MARKS, "").replace(SPACES, " ").trim();
  return found;
}

/** @param {State} state */
export function addressOf(state) {
  const said = new URLSearchParams();
  for (const name of NAMES) if (state[name] !== DEFAULTS[name]) said.set(name, state[name]);
  return said.size ? `?${said}` : location.pathname;
}

/** The same for states that list the same videos. @param {State} state */
export const listingKey = (state) => LISTING.map((name) => state[name]).join("\n");

/** @param {State} state */
export const filtered = (state) => FILTERS.some((name) => state[name]);

/** The parameters of GET /videos. A quick range is counted back from now, to the minute. @param {State} state */
export function listingParameters(state) {
  const parameters = new URLSearchParams();
  for (const name of LISTING) {
    // The API's own page size is another than the page's.
    const said = name === "page_size" || state[name] !== DEFAULTS[name];
    if (said && name !== "range") parameters.set(name, state[name]);
  }
  const span = RANGES[state.range];
  if (span) parameters.set("published_after", timestamp(Math.floor(Date.now() / 60_000) * 60_000 - span * 1000));
  return parameters;
}

/** Where a feed reader finds the same videos, whenever it asks. @param {"videos.atom" | "videos.feed.json"} name @param {State} state */
export function feedAddress(name, state) {
  const parameters = listingParameters({ ...state, range: "" });
  parameters.delete("page_size");
  return `${HOME}${name}${parameters.size ? `?${parameters}` : ""}`;
}
