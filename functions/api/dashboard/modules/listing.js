// The videos that the address asks for: loaded page by page, kept for the way back, renewed from the top.

import { listingKey, listingParameters, present, showsAll } from "./address.js";
import { fetchVideos, isAbort, Problem } from "./api.js";
import { $, announce, make } from "./elements.js";
import { plural } from "./format.js";
import * as notice from "./notice.js";
import * as shelf from "./shelf.js";
import { firstQuery, isNothingWatched, watched } from "./status.js";

/** @import { Video, VideoPage } from "./answers.js" */
/**
 * @typedef {object} Listing
 * @property {string} key
 * @property {URLSearchParams} parameters
 * @property {Set<string>} ids
 * @property {Video[]} videos
 * @property {Video[]} shown those that are neither hidden nor blocked
 * @property {string | null} next the cursor of the page that follows
 * @property {string | null} asOf the moment of the counts by which they are in order
 * @property {boolean} loaded whether its first page is there
 * @property {Promise<void> | null} growing settles once the page that is being loaded is shown
 * @property {Problem | null} problem
 */
/** @typedef {{ page: VideoPage, count: number }} News a first page, and how many of its videos are new */
/**
 * @typedef {object} Calls
 * @property {(problem: Problem | null) => void} onAnswer when a listing was opened, or could not be
 * @property {() => void} onShow when other videos are shown, or the same in other places
 * @property {() => void} onNews when the number of new videos has changed
 * @property {() => void} onEnds when more is loaded, or other videos are shown
 * @property {(video: Video) => boolean} isHidden whether the reader has hidden a video
 * @property {(video: Video) => boolean} isBlocked whether it is not to be shown at all
 */

/** How many listings left behind are kept. */
const KEPT = 8;
const BONES = 15;

/** What the table's columns are sorted by. @type {Record<string, (video: Video) => string | number>} */
const COLUMNS = {
  title: ({ title }) => title.toLocaleLowerCase(),
  channel: ({ channel_title }) => channel_title.toLocaleLowerCase(),
  published: ({ published_at }) => Date.parse(published_at),
  found: ({ first_seen_at }) => Date.parse(first_seen_at),
  length: ({ duration_seconds }) => duration_seconds ?? -1,
};
const collator = new Intl.Collator("en", { numeric: true });

const more = $("#more");
const moreButton = $("#more-button", document, HTMLButtonElement);
const skeleton = $("#skeleton");
const fresh = $("#fresh");
const freshText = $("span", fresh);

/** @type {Calls} */
let calls;
let listing = newListing();
let aborter = new AbortController();
/** Ids of videos that came while the page was open. @type {Set<string>} */
const arrivals = new Set();
/** A newer first page than the one on screen. @type {News | null} */
let pending = null;
/** Listings left behind, by the history's entries. @type {Map<number, { listing: Listing, scroll: number }>} */
const left = new Map();

/** @param {Calls} given */
export function connect(given) {
  calls = given;
}

/** How many videos there are, -1 where more follow. */
export const size = () => (listing.next ? -1 : listing.shown.length);

/** How many of the loaded ones are shown. */
export const count = () => listing.shown.length;

/** How many of the loaded ones the reader has hidden. */
export const hidden = () => listing.videos.filter((video) => calls.isHidden(video) && !calls.isBlocked(video)).length;

/** The moment of the counts by which they are in order, if they are. */
export const asOf = () => listing.asOf;

/** The query of the videos. */
export const query = () => listing.videos[0]?.query ?? "";

/** The name of a channel, where one of its videos is loaded. @param {string} id */
export const channelTitle = (id) => listing.videos.find(({ channel_id }) => channel_id === id)?.channel_title;

/** Whether a video came while the page was open. @param {string} id */
export const arrived = (id) => arrivals.has(id);

/** How many new videos wait to be shown. */
export const waiting = () => pending?.count ?? 0;

/** Whether the listing is the one that the address asks for. */
export const fits = () => listing.key === listingKey(present());

/** Whether it was answered before a change of what is watched had reached those who answer, or someone else made one. */
export function isOutdated() {
  if (!fits()) return false;
  if (listing.problem) return listing.problem.status === 404 && Boolean(showsAll() ? firstQuery() : watched());
  return !present().query && query() !== "" && query() !== firstQuery();
}

/** Whether the order is the reader's own; the pages that follow have no place in it. */
export function sorted() {
  const { view, sort } = present();
  return view === "table" && sort !== "";
}

/** Replaces the listing by the one of the address; what is on screen stays, dimmed, until the answer is there. */
export async function open() {
  abandon();
  const wanted = newListing();
  arrivals.clear();
  setPending(null);
  document.body.classList.add("loading");
  if (!listing.shown.length) showSkeleton();
  try {
    if (isNothingWatched()) throw new Problem({ status: 404, title: "Nothing is watched" });
    await fill(wanted);
  } catch (error) {
    if (isAbort(error)) return;
    wanted.problem = Problem.from(error);
  }
  document.body.classList.remove("loading");
  calls.onAnswer(wanted.problem);
  use(wanted);
  const count = plural(wanted.shown.length, "video");
  announce(wanted.problem?.title ?? (wanted.next ? `${count} loaded, more follow` : count));
}

/** Keeps the listing for the way back. @param {number} entry of the history */
export function remember(entry) {
  left.delete(entry);
  left.set(entry, { listing, scroll: scrollY });
  const [oldest] = left.keys();
  if (left.size > KEPT && oldest !== undefined) left.delete(oldest);
}

/**
 * Shows the listing left behind at an entry of the history. Gives false where none is kept that fits the address.
 * @param {number} entry
 */
export function restore(entry) {
  const kept = left.get(entry);
  if (!kept?.listing.loaded || kept.listing.key !== listingKey(present())) return false;
  abandon();
  document.body.classList.remove("loading");
  use(kept.listing, kept.scroll);
  setPending(null);
  return true;
}

/** Shows the same videos as another view or another column orders them, but for what is hidden or blocked by now. */
export function rearrange() {
  sift(listing);
  shelf.keepPlace(() => shelf.show(ordered(), present().view));
  calls.onShow();
  showEnds();
}

/** Loads the next page, if there is one, and settles when it is shown. */
export async function loadMore() {
  const target = listing;
  if (!target.loaded || !target.next) return;
  target.growing ??= grow(target);
  await target.growing;
}

/** Loads the next page where scrolling is what asks for it. */
export function reachEnd() {
  if (!listing.problem && !sorted()) loadMore();
}

/** Asks again for what could not be had, unless asking cannot help. */
export async function retry() {
  if (!listing.problem || listing.problem.lasting) return;
  await (listing.videos.length ? loadMore() : open());
}

/** Asks for the first page again; the browser's cache makes an unchanged one cheap. @throws {Problem} */
export async function lookForNew() {
  const target = listing;
  if (!target.loaded || target.problem || present().order !== "newest") return;
  const page = await fetchVideos(target.parameters, { cache: "no-cache", priority: "low" });
  if (target !== listing) return;
  const unknown = page.videos.filter((video) => !target.ids.has(video.video_id) && isShown(video));
  if (!unknown.length) return;
  const before = waiting();
  for (const video of unknown) arrivals.add(video.video_id);
  setPending({ page, count: unknown.length });
  if (!target.shown.length) showPending();
  else if (unknown.length !== before) announce(`${freshText.textContent} at the top`);
}

/** Shows the new videos. */
export function showPending() {
  if (!pending) return;
  const renewed = newListing();
  take(renewed, pending.page);
  renewed.parameters = listing.parameters;
  use(renewed);
  setPending(null);
}

/** Says in place of videos that there are none, or why. */
export function showNotice() {
  const { shown, loaded, problem } = listing;
  if (shown.length || !(loaded || problem)) notice.hide();
  else if (problem) notice.showProblem(problem, open);
  else if (hidden()) notice.showHidden(hidden());
  else notice.showEmpty();
}

/** @returns {Listing} */
function newListing() {
  const state = present();
  return {
    key: listingKey(state),
    parameters: listingParameters(state),
    ids: new Set(),
    videos: [],
    shown: [],
    next: null,
    asOf: null,
    loaded: false,
    growing: null,
    problem: null,
  };
}

/** Gives up what was asked for and is not wanted any more. */
function abandon() {
  aborter.abort();
  aborter = new AbortController();
}

/**
 * Takes one page more; and others, as long as a filter leaves nothing of them.
 * @param {Listing} target
 * @throws {Problem}
 */
async function fill(target) {
  const { signal } = aborter;
  const before = target.shown.length;
  do {
    const parameters = new URLSearchParams(target.parameters);
    if (target.next) parameters.set("cursor", target.next);
    take(target, await fetchVideos(parameters, { signal }));
  } while (target.next && target.shown.length === before);
}

/** @param {Listing} target @param {VideoPage} page */
function take(target, page) {
  for (const video of page.videos) {
    if (target.ids.has(video.video_id)) continue;
    target.ids.add(video.video_id);
    // A description is asked for when its video plays, so that 10,000 videos stay small.
    const kept = { ...video, description: "" };
    target.videos.push(kept);
    if (isShown(kept)) target.shown.push(kept);
  }
  target.next = page.next_cursor;
  target.asOf = page.as_of;
  target.loaded = true;
}

/** Whether a video is neither hidden, unless those are shown too, nor blocked. @param {Video} video */
const isShown = (video) => (Boolean(present().hidden) || !calls.isHidden(video)) && !calls.isBlocked(video);

/** Finds out anew which of the loaded videos are shown. @param {Listing} target */
function sift(target) {
  const shown = target.videos.filter(isShown);
  // The shelf would draw all anew for another list of the same videos.
  if (shown.length !== target.shown.length || shown.some((video, at) => video !== target.shown[at])) {
    target.shown = shown;
  }
}

/** @param {Listing} target */
async function grow(target) {
  const { signal } = aborter;
  target.problem = null;
  const filled = fill(target).catch((error) => {
    target.problem = signal.aborted ? null : Problem.from(error);
  });
  showMore(true);
  await filled;
  target.growing = null;
  if (signal.aborted || target !== listing) return;
  shelf.show(ordered(), present().view);
  if (sorted()) calls.onShow();
  showEnds();
}

/** @param {Listing} wanted */
function use(wanted, scroll = 0) {
  listing = wanted;
  sift(listing);
  skeleton.hidden = true;
  shelf.show(ordered(), present().view);
  scrollTo({ top: scroll, behavior: "instant" });
  shelf.draw();
  calls.onShow();
  showEnds();
}

/** The loaded videos as the view orders them: the table may be sorted by a column. */
function ordered() {
  const name = present().sort;
  const column = COLUMNS[name.replace("-", "")];
  if (!sorted() || !column) return listing.shown;
  const direction = name.startsWith("-") ? -1 : 1;
  return listing.shown
    .map((video) => ({ video, value: column(video) }))
    .sort((one, other) => direction * compare(one.value, other.value))
    .map(({ video }) => video);
}

/** @param {string | number} one @param {string | number} other */
const compare = (one, other) => (typeof one === "number" ? one - Number(other) : collator.compare(one, String(other)));

function showEnds() {
  showNotice();
  showMore(Boolean(listing.growing));
  calls.onEnds();
}

/**
 * The foot of the list: how much is loaded, and the button that loads more where scrolling does not.
 * @param {boolean} busy
 */
function showMore(busy) {
  const { shown, next, problem } = listing;
  more.hidden = !shown.length;
  more.classList.toggle("failed", Boolean(problem));
  moreButton.hidden = !next;
  moreButton.disabled = busy;
  moreButton.textContent = busy ? "Loading…" : problem ? "Try again" : "Load more";
  const count = plural(shown.length, "video");
  const text = next ? `${count} loaded` : shown.length ? `That is all: ${count}` : "";
  $("#more-text").textContent = problem ? `${problem.title}. ${problem.advice}` : text;
}

function showSkeleton() {
  if (!skeleton.childElementCount) {
    const bone = () =>
      make("div", { className: "card bone" }, make("div", { className: "thumb" }), make("p"), make("p"), make("p"));
    skeleton.append(...Array.from({ length: BONES }, bone));
  }
  skeleton.hidden = false;
  notice.hide();
}

/** Changes how many new videos wait, and the button that shows them. @param {News | null} news */
function setPending(news) {
  pending = news;
  fresh.hidden = !pending;
  if (pending) {
    const { page, count } = pending;
    const many = count === page.videos.length && page.next_cursor ? "+" : "";
    freshText.textContent = `${count}${many} new ${count === 1 ? "video" : "videos"}`;
  }
  calls.onNews();
}
