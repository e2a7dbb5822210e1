// The player: in the shelf's gap, or in the corner while the gap is off the screen.

import { go, isStarted, present, stopWatching } from "./address.js";
import { fetchVideo, Problem } from "./api.js";
import { exactCounts, exactTime, fillChannel, watchUrl } from "./cards.js";
import { $, $$, stamp } from "./elements.js";
import { embed, isNotForKids } from "./embed.js";
import { length } from "./format.js";
import * as shelf from "./shelf.js";

/** @import { Video } from "./answers.js" */

/** Pixels below the player in its gap. */
const MARGIN = 24;

/** @type {HTMLElement | null} */
let player = null;
/** Ends the listening to what is played. */
let ending = new AbortController();

const sizes = new ResizeObserver(([entry]) => {
  const gap = shelf.gap();
  if (!player || entry?.target !== player || !gap || player.classList.contains("mini")) return;
  const height = player.offsetHeight + MARGIN;
  if (height !== gap.height) shelf.keepPlace(() => shelf.setGap(gap.index, height));
});

/** Opens, moves or closes the player as the address says. */
export function sync() {
  const { watch } = present();
  if (player && player.dataset.video !== watch) close(player, !watch);
  for (const [video, node] of shelf.drawn()) node.classList.toggle("playing", video.video_id === watch);
  if (!watch) return;
  const index = shelf.indexOf(watch);
  const gap = shelf.gap();
  if (player && gap) shelf.keepPlace(() => shelf.setGap(index, gap.height));
  else open(watch, index);
}

/**
 * Puts the player into its gap, or into the corner.
 * @param {number} top how far the shelf's top has gone above the screen's
 */
export function place(top) {
  const gap = shelf.gap();
  if (!player || !gap) return;
  const away = gap.top + gap.height < top + 80 || gap.top > top + innerHeight - 40;
  player.classList.toggle("mini", away);
  giveWay(!away);
  player.style.top = away ? "" : `${gap.top}px`;
  if (gap.node) player.style.setProperty("--notch", `${gap.node.offsetLeft + gap.node.offsetWidth / 2}px`);
  player.classList.toggle("notched", Boolean(gap.node) && present().view === "cards");
}

/** Whether what floats at the screen's top makes room, so that it never lies over the player. @param {boolean} given */
const giveWay = (given) => document.documentElement.classList.toggle("watching", given);

/** @param {string} id @param {number} index -1 for a video that is not among the loaded ones */
function open(id, index) {
  const opened = stamp("#player-template");
  player = opened;
  ending = new AbortController();
  player.dataset.video = id;
  $(".button.quiet", player, HTMLAnchorElement).href = watchUrl(id);
  $(".close", player).onclick = stopWatching;
  for (const button of $$("[data-step]", player)) button.onclick = () => step(Number(button.dataset.step));
  // A shared link shows the player; that it plays is for the reader to begin.
  const started = isStarted();
  const video = shelf.videoAt(index);
  if (video) show(player, video, started);
  $("#listing").append(player);
  giveWay(true);
  sizes.observe(player);
  const height = player.offsetHeight + MARGIN;
  if (shelf.gap()) shelf.keepPlace(() => shelf.setGap(index, height));
  else {
    shelf.setGap(index, height);
    shelf.draw();
  }
  shelf.revealGap();
  player.focus({ preventScroll: true });
  describe(player, id, video ? null : started);
}

/**
 * Plays a video, or says why not. What nothing is known of is not played: whether it is made for kids has to be known.
 * @param {HTMLElement} opened
 * @param {Video} video
 * @param {boolean} started whether the reader has just asked for it to play
 */
function show(opened, video, started) {
  fill(opened, video);
  if (video.embeddable === false) {
    refuse(opened, video.video_id, "Its owner lets this video play on YouTube only.");
    return;
  }
  const calls = {
    signal: ending.signal,
    onRefusal: (/** @type {string} */ why) => refuse(opened, video.video_id, why),
  };
  $(".hint", opened).hidden = isNotForKids(video);
  $(".screen", opened).replaceChildren(embed(video, started, calls));
}

/**
 * Says in the player's place why there is none, and leads to YouTube.
 * @param {HTMLElement} opened
 * @param {string} id
 * @param {string} why
 */
function refuse(opened, id, why) {
  ending.abort();
  const refusal = stamp("#refusal-template");
  $("p", refusal).textContent = why;
  $("a", refusal, HTMLAnchorElement).href = watchUrl(id);
  $(".screen", opened).replaceChildren(refusal);
}

/** @param {HTMLElement} opened @param {Video} video */
function fill(opened, video) {
  $("h2", opened).textContent = video.title;
  fillChannel($("button.channel", opened), video);
  const known = video.duration_seconds ? length(video.duration_seconds) : "";
  const state = { none: known, live: "Live now", upcoming: "Upcoming" }[video.live];
  $(".facts", opened).textContent = [state, exactTime(video)].filter(Boolean).join(" · ");
  $(".exact", opened).textContent = exactCounts(video);
}

/**
 * Fetches what the list does not keep.
 * @param {HTMLElement} opened
 * @param {string} id
 * @param {boolean | null} started null where the video is known; else whether the reader has asked for it to play
 */
async function describe(opened, id, started) {
  let description;
  try {
    const video = await fetchVideo(id);
    if (opened !== player) return;
    if (started !== null) show(opened, video, started);
    description = video.description;
  } catch (error) {
    if (opened !== player) return;
    const gone = Problem.from(error).status === 404;
    const why = gone ? "newsreel does not keep this video any more." : "The video could not be loaded.";
    if (started !== null) {
      refuse(opened, id, why);
      return;
    }
    description = gone ? why : "The description could not be loaded.";
  }
  const text = $(".description", opened);
  text.textContent = description || "No description.";
  text.classList.toggle("plain", !description);
}

/**
 * Its gap stays for the video that is played next: without it, the page might be too low to stay where it is.
 * @param {HTMLElement} closed
 * @param {boolean} last whether none is played next; then the focus goes back to the video that was playing
 */
function close(closed, last) {
  const index = shelf.gap()?.index ?? -1;
  const focused = closed.contains(document.activeElement);
  sizes.unobserve(closed);
  ending.abort();
  player = null;
  if (!last) {
    closed.remove();
    return;
  }
  giveWay(false);
  shelf.keepPlace(() => {
    closed.remove();
    shelf.setGap(null);
  });
  if (focused && index >= 0) shelf.focus(index);
}

/** @param {number} by */
function step(by) {
  const video = shelf.videoAt((shelf.gap()?.index ?? -1) + by);
  if (video) go({ watch: video.video_id }, true);
}
