// The player: in the shelf's gap, or in the corner while the gap is off the screen.

import { go, present, stopWatching } from "./address.js";
import { fetchVideo, Problem } from "./api.js";
import { exactTime, fillChannel, watchUrl } from "./cards.js";
import { $, $$, make, stamp } from "./elements.js";
import { length } from "./format.js";
import * as shelf from "./shelf.js";

/** @import { Video } from "./answers.js" */

/** Pixels below the player in its gap. */
const MARGIN = 24;

/** @type {HTMLElement | null} */
let player = null;

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
  if (gap) shelf.keepPlace(() => shelf.setGap(index, gap.height));
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
  player.style.top = away ? "" : `${gap.top}px`;
  if (gap.node) player.style.setProperty("--notch", `${gap.node.offsetLeft + gap.node.offsetWidth / 2}px`);
  player.classList.toggle("notched", Boolean(gap.node) && present().view === "cards");
}

/** @param {string} id @param {number} index -1 for a video that is not among the loaded ones */
function open(id, index) {
  const opened = stamp("#player-template");
  player = opened;
  player.dataset.video = id;
  $(".button.quiet", player, HTMLAnchorElement).href = watchUrl(id);
  $(".close", player).onclick = stopWatching;
  for (const button of $$("[data-step]", player)) button.onclick = () => step(Number(button.dataset.step));
  const video = shelf.videoAt(index);
  if (video) fill(player, video);
  $(".screen", player).append(frame(id, video?.title ?? ""));
  $("#listing").append(player);
  sizes.observe(player);
  shelf.setGap(index, player.offsetHeight + MARGIN);
  shelf.draw();
  shelf.revealGap();
  player.focus({ preventScroll: true });
  describe(player, id, index < 0);
}

/**
 * YouTube's own player, without its cookies. It wants to know the site that shows it.
 * @param {string} id
 * @param {string} title
 */
const frame = (id, title) =>
  make("iframe", {
    src: `https://www.youtube-nocookie.com/embed/${encodeURIComponent(id)}?autoplay=1&rel=0`,
    title: `Player: ${title || id}`,
    allow: "autoplay; encrypted-media; fullscreen; picture-in-picture",
    referrerPolicy: "strict-origin-when-cross-origin",
  });

/** @param {HTMLElement} opened @param {Video} video */
function fill(opened, video) {
  $("h2", opened).textContent = video.title;
  fillChannel($("button.channel", opened), video);
  const known = video.duration_seconds ? length(video.duration_seconds) : "";
  const state = { none: known, live: "Live now", upcoming: "Upcoming" }[video.live];
  $(".facts", opened).textContent = [state, exactTime(video)].filter(Boolean).join(" · ");
}

/**
 * Fetches what the list does not keep.
 * @param {HTMLElement} opened
 * @param {string} id
 * @param {boolean} all whether nothing of the video is known yet
 */
async function describe(opened, id, all) {
  let description;
  try {
    const video = await fetchVideo(id);
    if (opened !== player) return;
    if (all) fill(opened, video);
    description = video.description;
  } catch (error) {
    if (opened !== player) return;
    description =
      Problem.from(error).status === 404
        ? "newsreel does not keep this video any more."
        : "The description could not be loaded.";
  }
  const text = $(".description", opened);
  text.textContent = description || "No description.";
  text.classList.toggle("plain", !description);
}

/** @param {HTMLElement} closed @param {boolean} back whether the focus goes back to the video that was playing */
function close(closed, back) {
  const index = shelf.gap()?.index ?? -1;
  const focused = closed.contains(document.activeElement);
  sizes.unobserve(closed);
  player = null;
  shelf.keepPlace(() => {
    closed.remove();
    shelf.setGap(null);
  });
  if (back && focused && index >= 0) shelf.focus(index);
}

/** @param {number} by */
function step(by) {
  const video = shelf.videoAt((shelf.gap()?.index ?? -1) + by);
  if (video) go({ watch: video.video_id }, true);
}
