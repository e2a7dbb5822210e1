// YouTube's own player in a frame, and what it says of itself when it cannot play.

import { make } from "./elements.js";

/** @import { Video } from "./answers.js" */
/**
 * @typedef {object} Calls
 * @property {AbortSignal} signal ends the listening
 * @property {(why: string) => void} onRefusal when the player cannot play the video, with a sentence for the reader
 */

/** The player's host without cookies of YouTube's; the page's policy lets no other frame through. */
const HOST = "https://www.youtube-nocookie.com";

/** Milliseconds from one greeting of the player to the next, until it answers. */
const PAUSE = 250;
const GREETINGS = 40;

const ELSEWHERE = "Its owner lets this video play on YouTube only.";
/** What the player's errors mean, by their numbers. @type {Record<number, string>} */
const REFUSALS = {
  2: "YouTube does not know a video of this address.",
  5: "YouTube's player cannot play this video in this browser.",
  100: "This video was removed from YouTube, or made private.",
  101: ELSEWHERE,
  150: ELSEWHERE,
  153: "YouTube's player was not told which site shows it, and plays nothing. A setting or an extension of the browser may hold that back.",
};

/** Whether a video is known not to be made for kids. @param {Video} video */
export const isNotForKids = ({ made_for_kids }) => made_for_kids === false;

/**
 * The frame. It names the page's site to YouTube, which plays nothing without.
 *
 * The player tells the page what happens in it only where the video is known not to be made for kids: for others every
 * feature by which somebody could be followed stays off, and its own words in the frame have to do.
 * @param {Video} video
 * @param {boolean} begun whether it plays at once, since the reader has asked for it
 * @param {Calls} calls
 */
export function embed(video, begun, calls) {
  const parameters = new URLSearchParams({ autoplay: begun ? "1" : "0", rel: "0" });
  if (isNotForKids(video)) {
    parameters.set("enablejsapi", "1");
    parameters.set("origin", location.origin);
  }
  const frame = make("iframe", {
    src: `${HOST}/embed/${encodeURIComponent(video.video_id)}?${parameters}`,
    title: `Player: ${video.title || video.video_id}`,
    allow: "autoplay; encrypted-media; fullscreen; picture-in-picture",
    referrerPolicy: "strict-origin-when-cross-origin",
  });
  if (isNotForKids(video)) listen(frame, calls);
  return frame;
}

/**
 * Hears of the player's errors, in the words of YouTube's IFrame API but without its script. The player answers who
 * greets it, and listens some time after it has loaded.
 * @param {HTMLIFrameElement} frame
 * @param {Calls} calls
 */
function listen(frame, { signal, onRefusal }) {
  let timer = 0;
  const stop = () => clearInterval(timer);
  const say = (/** @type {object} */ words) =>
    frame.contentWindow?.postMessage(JSON.stringify({ ...words, id: 1, channel: "widget" }), HOST);
  let left = GREETINGS;
  const greet = () => {
    if (left > 0) say({ event: "listening" });
    else stop();
    left -= 1;
  };
  frame.addEventListener("load", () => {
    stop();
    if (signal.aborted) return;
    timer = setInterval(greet, PAUSE);
    greet();
  });
  signal.addEventListener("abort", stop);
  let heard = false;
  const onMessage = (/** @type {MessageEvent} */ { origin, source, data }) => {
    if (origin !== HOST || source !== frame.contentWindow) return;
    const { event, info } = parsed(data);
    if (!event) return;
    stop();
    if (!heard) say({ event: "command", func: "addEventListener", args: ["onError"] });
    heard = true;
    if (event === "onError") onRefusal(REFUSALS[Number(info)] ?? "YouTube's player cannot play this video here.");
  };
  addEventListener("message", onMessage, { signal });
}

/** A message of the player's; an empty one where it is none. @param {unknown} data @returns {{ event?: unknown, info?: unknown }} */
function parsed(data) {
  try {
    return Object(JSON.parse(String(data)));
  } catch {
    return {};
  }
}
