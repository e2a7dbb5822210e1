// newsreel's dashboard: one page over GET /videos, /videos/{id} and /status. Here its modules are wired together, and
// here is the clock by which it looks for news. Data reaches the page as text nodes and vetted addresses only.

import { follow, go, isStarted, present, showsAll } from "./address.js";
import * as backup from "./backup.js";
import * as blocking from "./blocking.js";
import { makeItem, refreshAge, showMark } from "./cards.js";
import * as controls from "./controls.js";
import * as editing from "./editing.js";
import { $ } from "./elements.js";
import * as filters from "./filters.js";
import * as listing from "./listing.js";
import * as marks from "./marks.js";
import * as menu from "./menu.js";
import * as notes from "./notes.js";
import * as player from "./player.js";
import * as queries from "./queries.js";
import * as shelf from "./shelf.js";
import * as status from "./status.js";
import * as targets from "./targets.js";
import * as toast from "./toast.js";

/** @import { Move } from "./address.js" */
/** @import { QuerySettings, Video } from "./answers.js" */
/** @import { Problem } from "./api.js" */

/** How many looks have failed one after the other. */
let failures = 0;
/** The timer of the next look. */
let timer = 0;
/** The query that was shown when it was removed, to come back to if that is undone. */
let removed = "";

shelf.connect({
  make: (video, index, view, width) =>
    makeItem(video, {
      index,
      view,
      width,
      search: present().search,
      playing: video.video_id === present().watch,
      mark: markOf(video),
      all: showsAll(),
      arrived: listing.arrived(video.video_id),
      size: listing.size(),
    }),
  onDraw: (top) => {
    player.place(top);
    menu.place();
  },
  onEnd: listing.reachEnd,
});
listing.connect({
  onAnswer,
  onShow: () => {
    player.sync();
    controls.showChannel();
  },
  onEnds: notes.show,
  isHidden: ({ video_id }) => marks.has("hidden", video_id),
  isBlocked: blocking.isBlocked,
  onNews: showTitle,
});
follow(onMove);
controls.listen();
filters.listen();
notes.listen();
menu.listen();
blocking.listen();
backup.listen();
marks.listen(onMarks);
backup.show();
editing.listen(onWatchedChange);
queries.listen(listing.channelTitle);
targets.listen(listing.channelTitle);
addEventListener("online", onConnection);
addEventListener("offline", onConnection);
document.addEventListener("visibilitychange", () => schedule(0.5));
setInterval(() => {
  if (!document.hidden) status.showPulse();
}, 1000);
setInterval(() => {
  if (!document.hidden) refreshAges();
}, 10_000);

start();

async function start() {
  showConnection();
  showState();
  await listing.open();
  await refreshStatus().catch(() => {});
  schedule();
}

/** @param {Move} move */
function onMove({ before, left, entry, back }) {
  listing.remember(left);
  showState(back ? false : undefined);
  const { view, sort, hidden, watch } = present();
  if (watch) toast.hide();
  if (isStarted()) marks.set("watched", watch, true);
  if (!listing.fits()) {
    if (back && listing.restore(entry)) schedule(1);
    else listing.open();
  } else if (view !== before.view || sort !== before.sort || hidden !== before.hidden) listing.rearrange();
  else player.sync();
}

/**
 * What is watched was changed here: the page follows at once, and the API's answers within some seconds.
 * @param {string} query
 * @param {QuerySettings | null} settings null if it was removed
 */
function onWatchedChange(query, settings) {
  const before = status.watched()?.query;
  const former = status.all().find((each) => each.query === query)?.settings;
  status.adopt(query, settings);
  if (former && settings && !blockTheSame(former, settings)) {
    listing.rearrange();
    // What the API's caches still know of is left out by the page; what it does not know of comes from there.
    setTimeout(showAnew, status.LAG);
  }
  const first = status.firstQuery();
  if (!settings && before === query) {
    removed = query;
    // The first one is named, as the API may still take another for it.
    if (present().query === first) listing.open();
    else go({ query: first, channel_id: "", watch: "" }, true);
  } else if (settings && (removed === query || (!before && !present().query))) {
    removed = "";
    if (present().query === query) listing.open();
    else go({ query, channel_id: "", watch: "" }, true);
  } else if (showsAll() ? !(former && settings) : settings && !before && present().query === query) listing.open();
  showState();
  refreshStatus().catch(() => {});
  schedule(status.LAG / 1000);
}

/** @param {QuerySettings} one @param {QuerySettings} other */
const blockTheSame = (one, other) =>
  String(one.blocked_channels) === String(other.blocked_channels) &&
  String(one.blocked_words) === String(other.blocked_words);

/** Asks for the videos again, unless that would take the reader from where they are. */
function showAnew() {
  if (!scrollY && !present().watch) listing.open();
}

/** @param {boolean} [typing] whether the search is the reader's to change */
function showState(typing) {
  controls.sync(typing);
  filters.sync();
  status.show();
  showTitle();
}

function showTitle() {
  const query = present().query || status.firstQuery() || listing.query();
  const count = listing.waiting();
  const name = showsAll() ? "All queries" : query;
  document.title = [count && `(${count})`, name, name && "·", "newsreel"].filter(Boolean).join(" ");
  $("#heading").textContent = showsAll() ? "Videos of all queries" : query ? `Videos for ${query}` : "Videos";
}

async function refreshStatus() {
  await status.refresh();
  showTitle();
  queries.show();
  targets.refresh();
  if (listing.isOutdated()) await listing.open();
  else listing.showNotice();
}

/** @param {Video} video */
function markOf({ video_id }) {
  const words = [marks.has("watched", video_id) && "Watched", marks.has("hidden", video_id) && "Hidden"];
  return words.filter(Boolean).join(", ");
}

function onMarks() {
  for (const [video, node] of shelf.drawn()) showMark(node, markOf(video));
  listing.rearrange();
  backup.show();
}

function refreshAges() {
  for (const [video, node] of shelf.drawn()) refreshAge(node, video, present().view);
  targets.show();
}

/** Seconds until the next look: when the next poll should be through, and longer after each failure. */
function pause() {
  if (failures) return Math.min(300, 5 * 2 ** failures);
  const next = status.nextPollAt();
  return next ? Math.max(10, Math.min(60, (Date.parse(next) - Date.now()) / 1000 + 3)) : 15;
}

/** @param {number} [seconds] */
function schedule(seconds = pause()) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, seconds * 1000);
}

async function look() {
  if (document.hidden || !navigator.onLine) return;
  await listing.retry();
  const results = await Promise.allSettled([refreshStatus(), listing.lookForNew()]);
  failures = results.some((result) => result.status === "rejected") ? failures + 1 : 0;
  schedule();
}

/** @param {Problem | null} problem */
function onAnswer(problem) {
  if (!problem) failures = 0;
  else if (!problem.lasting) {
    failures += 1;
    schedule(problem.retryAfter || Math.min(60, 2 ** failures));
  }
}

function onConnection() {
  showConnection();
  if (!navigator.onLine) return;
  failures = 0;
  look();
}

function showConnection() {
  shelf.keepPlace(() => {
    $("#offline").hidden = navigator.onLine;
  });
}
