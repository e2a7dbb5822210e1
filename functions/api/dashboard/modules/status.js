// What newsreel says about itself: the watched queries as tabs, the pulse, the arrivals, and what is wrong.

import { ALL, addressOf, present, showsAll } from "./address.js";
import { fetchStatus, Problem } from "./api.js";
import { $, make } from "./elements.js";
import { ago, clock, fromNow, number, plural } from "./format.js";
import { keepPlace } from "./shelf.js";

/** @import { QuerySettings, Status, WatchedQuery } from "./answers.js" */

const HOUR = 3_600_000;
/** How old the API's word of what is watched may be, in milliseconds, with all caches on the way. */
export const LAG = 6000;
const SVG = "http://www.w3.org/2000/svg";

/** How a query fares that was not polled yet. @type {Omit<WatchedQuery, "query" | "settings">} */
const UNPOLLED = {
  state: "new",
  problem: null,
  last_poll_at: null,
  last_success_at: null,
  next_poll_at: null,
  last_poll: null,
  newest_video: null,
  complete_until: null,
  gaps: 0,
  arrivals: [],
};

const strip = $("#strip");
const tabs = $("#tabs");
const pulse = $("#pulse-text");

/** The latest answer. @type {Status | null} */
let status = null;
/** What is watched, as far as it is known here. @type {WatchedQuery[]} */
let queries = [];
/** What was changed here lately: the settings by query, null where it was removed. @type {Map<string, { settings: QuerySettings | null, until: number }>} */
const changes = new Map();

/** The latest answer, if there is one. */
export const latest = () => status;

/** What is watched. */
export const all = () => queries;

/** The query that is listed where an address names none. */
export const firstQuery = () => queries[0]?.query ?? "";

/** Whether it is known that nothing is watched. */
export const isNothingWatched = () => Boolean(status) && !queries.length;

/** The query that is listed, if it is watched. @returns {WatchedQuery | undefined} */
export function watched() {
  const listed = present().query || firstQuery();
  return queries.find(({ query }) => query === listed);
}

/** The queries that are listed. */
const listed = () => (showsAll() ? queries : queries.filter((query) => query === watched()));

/** When the next of the listed queries is polled. */
export const nextPollAt = () => earliest(listed().flatMap(({ next_poll_at }) => next_poll_at ?? []));

/** @param {string[]} times */
const earliest = (times) => times.sort()[0];

/** Takes over what was changed here, before the API tells of it. @param {string} query @param {QuerySettings | null} settings */
export function adopt(query, settings) {
  changes.set(query, { settings, until: Date.now() + LAG });
  queries = withChanges(queries);
}

/** @param {WatchedQuery[]} listed */
function withChanges(listed) {
  const found = new Map(listed.map((each) => [each.query, each]));
  for (const [query, { settings, until }] of changes) {
    if (until < Date.now()) changes.delete(query);
    else if (settings) found.set(query, changedTo(settings, found.get(query)));
    else found.delete(query);
  }
  return [...found.values()];
}

/** @param {QuerySettings} settings @param {WatchedQuery} [former] @returns {WatchedQuery} */
function changedTo(settings, former) {
  const { query, paused } = settings;
  const known = former ?? { ...UNPOLLED, query, settings };
  const state = known.state === "paused" ? (known.last_poll_at ? "ok" : "new") : known.state;
  return { ...known, settings, state: paused ? "paused" : state, next_poll_at: paused ? null : known.next_poll_at };
}

/** Asks for the status and shows it. @throws {Problem} */
export async function refresh() {
  try {
    status = await fetchStatus();
  } catch (error) {
    strip.classList.add("unknown");
    pulse.textContent = `${Problem.from(error).title}. The status is not known.`;
    delete pulse.dataset.shown;
    throw error;
  }
  queries = withChanges(status.queries);
  strip.classList.remove("unknown");
  show();
}

/** Shows what is known of the listed queries. */
export function show() {
  if (!status) return;
  showTabs();
  showProblems(status);
  showArrivals(status);
  showPulse();
}

function showTabs() {
  const state = present();
  const current = state.query || firstQuery();
  const health = queries.map(({ query, state: condition }) => [query, condition]);
  if (!changed(tabs, [addressOf({ ...state, watch: "" }), health])) return;
  const focused = document.activeElement?.closest("#tabs a");
  const focusedQuery = focused instanceof HTMLElement ? focused.dataset.query : undefined;
  const all = queries.length > 1 || current === ALL ? [makeAllTab(current === ALL)] : [];
  tabs.replaceChildren(...all, ...queries.map((query) => makeTab(query, query.query === current)));
  for (const tab of tabs.children) {
    if (tab instanceof HTMLElement && tab.dataset.query === focusedQuery) tab.focus();
  }
  const shown = tabs.querySelector("[aria-current]");
  if (shown instanceof HTMLElement && tabs.scrollWidth > tabs.clientWidth) {
    tabs.scrollLeft = shown.offsetLeft - tabs.clientWidth / 2 + shown.offsetWidth / 2;
  }
}

/** @param {boolean} current */
function makeAllTab(current) {
  const tab = makeLink(ALL, ALL, current);
  tab.append("All");
  tab.title = "The videos of all queries together, each once";
  return tab;
}

/** @param {string} query @param {string} named how the address names it @param {boolean} current */
function makeLink(query, named, current) {
  const tab = make("a", { href: addressOf({ ...present(), query: named, channel_id: "", watch: "" }) });
  tab.dataset.query = query;
  if (current) tab.ariaCurrent = "page";
  return tab;
}

/** @param {WatchedQuery} watchedQuery @param {boolean} current */
function makeTab({ query, state: condition, problem }, current) {
  const tab = makeLink(query, query === firstQuery() ? "" : query, current);
  tab.append(make("bdi", {}, query));
  if (condition === "failing" || condition === "waiting" || condition === "paused") {
    tab.classList.add(condition);
    tab.title = problem ?? condition;
    tab.append(make("span", { className: "sr-only" }, `, ${condition}`));
  }
  return tab;
}

/** What is wrong, in the API's words, and what to do about it. @param {Status} answer */
function showProblems({ problems }) {
  const lines = problems.map(({ message, action }) => [message, action]);
  const own = watched()?.problem;
  if (own && !lines.length) lines.push([own, ""]);
  const list = $("#problems");
  if (!changed(list, lines)) return;
  keepPlace(() => {
    list.hidden = !lines.length;
    list.replaceChildren(
      ...lines.map(([message = "", action]) => make("li", {}, make("strong", {}, message), action ? ` ${action}` : "")),
    );
  });
  strip.classList.toggle("ill", lines.length > 0);
}

/** When what is listed was polled, when it will be, and how much of the day's budget is left. */
export function showPulse() {
  if (!status) return;
  const polled = [...listed()].sort((one, other) => compare(other.last_poll_at, one.last_poll_at));
  const query = polled[0];
  const next = nextPollAt();
  const parts = [];
  if (query?.last_poll_at) {
    const found = query.last_poll?.new;
    const news = found === undefined ? "" : found ? `, ${number(found)} new` : ", nothing new";
    parts.push(`Last poll ${ago(query.last_poll_at)}${news}`);
  } else if (query) parts.push("Not polled yet");
  if (query && polled.every(({ settings }) => settings.paused)) parts.push("paused");
  else if (next) {
    const seconds = (Date.parse(next) - Date.now()) / 1000;
    parts.push(seconds < 1 ? "next poll is due" : `next ${fromNow(seconds)}`);
  }
  const { youtube } = status.sources;
  if (youtube.keys.length) parts.push(`${plural(youtube.search_calls_left, "search", "searches")} left today`);
  if (!changed(pulse, parts)) return;
  pulse.replaceChildren(...parts.map((part) => make("span", {}, part)));
  const renewal = clock(Date.parse(youtube.resets_at));
  $("#pulse").title = `${plural(youtube.usable_keys, "usable key")}. The day's budget is renewed at ${renewal}.`;
}

/** @param {string | null} one @param {string | null} other */
const compare = (one, other) => ((one ?? "") < (other ?? "") ? -1 : 1);

/**
 * A bar for each of the last 24 hours by the clock, the present one last. A sum over queries would count twice what two
 * of them found, so there is none for all together.
 * @param {Status} answer
 */
function showArrivals({ checked_at }) {
  $(".arrivals").hidden = showsAll();
  const counts = watched()?.arrivals ?? [];
  const sum = counts.reduce((total, count) => total + count, 0);
  const most = Math.max(0, ...counts);
  const spark = $("#spark", document, SVGElement);
  const first = (Math.floor(Date.parse(checked_at) / HOUR) - counts.length + 1) * HOUR;
  spark.ariaLabel = `Published in the last 24 hours: ${plural(sum, "video")}, at most ${number(most)} in an hour`;
  spark.replaceChildren(
    ...counts.map((count, at) => {
      const height = count ? Math.max(3, Math.round((count / most) * 27)) : 1.5;
      const bar = document.createElementNS(SVG, "rect");
      for (const [name, value] of Object.entries({ x: at * 6, y: 28 - height, width: 5, height, rx: 1 })) {
        bar.setAttribute(name, String(value));
      }
      bar.classList.toggle("none", !count);
      const from = first + at * HOUR;
      const label = document.createElementNS(SVG, "title");
      label.textContent = `${clock(from)} to ${clock(from + HOUR)}: ${plural(count, "video")} published`;
      bar.append(label);
      return bar;
    }),
  );
  $("#arrivals-text").textContent = counts.length ? `${number(sum)} published in 24 h, by newsreel's count` : "";
}

/**
 * Whether an element shows something else than it is to show; remembers that it will.
 * @param {HTMLElement} element
 * @param {unknown} shown
 */
function changed(element, shown) {
  const text = JSON.stringify(shown);
  if (element.dataset.shown === text) return false;
  element.dataset.shown = text;
  return true;
}
