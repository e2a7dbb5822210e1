// A video as a card or as a row of the table.

import { $, $$, make, stamp } from "./elements.js";
import {
  ago,
  agoTersely,
  angle,
  exactly,
  fromNow,
  initial,
  length,
  moment,
  number,
  plural,
  roughly,
  spokenLength,
  terse,
} from "./format.js";

/** @import { Video } from "./answers.js" */
/**
 * @typedef {object} Place what an element depends on besides its video
 * @property {number} index
 * @property {string} view
 * @property {number} width of its thumbnail, in pixels
 * @property {string} search words whose beginnings are marked
 * @property {boolean} playing
 * @property {boolean} arrived whether it came while the page was open
 * @property {string} mark what the reader has marked it as, "" for nothing
 * @property {boolean} all whether the videos of all queries are listed together
 * @property {number} size how many videos there are, -1 where more follow
 */

/** How many videos from the first have their pictures loaded at once. */
const EAGER = 10;

/** How long a picture may take to come before its tile stands for it, in milliseconds. */
const PATIENCE = 120;

/** The page's policy lets pictures through from YouTube's hosts and from where the page itself comes from. */
const FROM_YOUTUBE = /^https:\/\/[\w.-]+\.(ytimg|ggpht)\.com\/[^\s,]+$/;

/** @param {string} url */
const isOwn = (url) => url.startsWith(`${location.origin}/`) && !/[\s,]/.test(url);

/** A YouTube id: 64 bits in eleven characters, so the last is one of sixteen. No other has a picture there. */
const VIDEO_ID = /^[\w-]{10}[AEIMQUYcgkosw048]$/;

/** @param {string} id */
export const watchUrl = (id) => `https://www.youtube.com/watch?v=${encodeURIComponent(id)}`;

/** @param {Video} video */
export const exactTime = (video) =>
  exactly(video.published_at) + (video.published_at_exact ? "" : " (approximate: the source gave no exact time)");

/**
 * YouTube's counts of a video as it gives them; those that are not known are left out.
 * @param {Video} video
 * @param {(count: number) => string} write
 */
const counts = ({ view_count, like_count }, write) => [
  ...(view_count === null ? [] : [plural(view_count, "view", "views", write)]),
  ...(like_count === null ? [] : [plural(like_count, "like", "likes", write)]),
];

/** When a video's counts were read. @param {Video} video */
const readAt = ({ refreshed_at, fetched_at }) => refreshed_at ?? fetched_at;

/** "1,204 views, 96 likes, read at 11:02"; "" where no count is known. @param {Video} video */
export function exactCounts(video) {
  const known = counts(video, number);
  return known.length ? [...known, `read at ${moment(readAt(video))}`].join(", ") : "";
}

/** @param {Video} video @param {Place} place */
export const makeItem = (video, place) => (place.view === "table" ? makeRow(video, place) : makeCard(video, place));

/** @param {Video} video @param {Place} place */
function makeCard(video, place) {
  const card = stamp("#card-template");
  const link = $(".title a", card, HTMLAnchorElement);
  fill(card, link, video, place);
  link.id = `title-${place.index}`;
  card.setAttribute("aria-labelledby", link.id);
  card.ariaPosInSet = String(place.index + 1);
  card.ariaSetSize = String(place.size);
  return card;
}

/** @param {Video} video @param {Place} place */
function makeRow(video, place) {
  const row = stamp("#row-template");
  fill(row, $(".row-title", row, HTMLAnchorElement), video, place);
  row.ariaRowIndex = String(place.index + 2);
  const found = $(".c-found time", row, HTMLTimeElement);
  found.dateTime = video.first_seen_at;
  found.title = `Found by newsreel: ${exactly(video.first_seen_at)}`;
  found.textContent = agoTersely(video.first_seen_at);
  return row;
}

/** @param {HTMLElement} item @param {HTMLAnchorElement} link @param {Video} video @param {Place} place */
function fill(item, link, video, place) {
  item.dataset.index = String(place.index);
  item.classList.toggle("playing", place.playing);
  item.classList.toggle("new", place.arrived);
  link.href = watchUrl(video.video_id);
  link.title = video.title;
  link.dataset.watch = video.video_id;
  $(".dots", item).ariaLabel = `More about ${video.title || "Untitled"}`;
  if (video.embeddable === false) leadOutside(item, link);
  fillTitle(link, video.title || "Untitled", place.search);
  fillThumbnail($(".thumb", item), video, place);
  for (const badge of $$(".badge", item)) fillBadge(badge, video);
  fillChannel($("button.channel", item), video);
  fillCounts($(".counts", item), video);
  item.classList.toggle("by-query", place.all);
  if (place.all) fillQueries($(".found-by", item), video);
  const time = $(".when time", item, HTMLTimeElement);
  time.dateTime = video.published_at;
  time.title = exactTime(video);
  time.textContent = age(video, place.view);
  const starts = place.view === "table" ? $(".starts", item, HTMLTimeElement) : time;
  fillStart(starts, video, place.view);
  if (starts !== time) starts.hidden = !startOf(video);
  showMark(item, place.mark);
}

/** Short for the eye, exact for who points at them or listens. @param {HTMLElement} element @param {Video} video */
function fillCounts(element, video) {
  const parts = counts(video, roughly);
  if (!parts.length) return;
  element.title = `${counts(video, number).join(" and ")}, read ${exactly(readAt(video))}`;
  element.append(
    ...parts.map((part) => make("span", { ariaHidden: "true", textContent: part })),
    unseen(exactCounts(video)),
  );
}

/** @param {string} textContent */
const unseen = (textContent) => make("span", { className: "sr-only", textContent });

/** Names the queries that found a video. @param {HTMLElement} element @param {Video} video */
function fillQueries(element, { queries }) {
  element.hidden = false;
  element.title = `Found by ${queries.join(", ")}`;
  const tags = queries.flatMap((query, at) => [unseen(at ? ", " : "Found by "), make("bdi", {}, query)]);
  element.append(...tags);
}

/** When an announced broadcast or premiere begins, if that is known. @param {Video} video */
const startOf = ({ live, starts_at }) => (live === "upcoming" ? starts_at : null);

/** @param {HTMLTimeElement} time @param {Video} video @param {string} view */
function fillStart(time, video, view) {
  const at = startOf(video);
  if (!at) return;
  time.dateTime = at;
  time.title = `Starts ${exactly(at)}`;
  time.textContent = start(at, view);
}

/** "starts in 2 hours, 14:30". @param {string} at @param {string} view */
function start(at, view) {
  const seconds = (Date.parse(at) - Date.now()) / 1000;
  const distance = fromNow(seconds, view === "table" ? terse : undefined);
  return `${seconds > 0 ? "starts" : "was to start"} ${distance}, ${moment(at)}`;
}

/** Shows what the reader has marked a video as. @param {HTMLElement} item @param {string} mark */
export function showMark(item, mark) {
  item.classList.toggle("marked", Boolean(mark));
  $(".mark-text", item).textContent = mark;
  const facts = $(".facts", item);
  facts.hidden = [...facts.children].every((each) => each instanceof HTMLElement && (each.hidden || !each.textContent));
}

/** A video that may not be played here opens on YouTube. @param {HTMLElement} item @param {HTMLAnchorElement} link */
function leadOutside(item, link) {
  item.classList.add("outside");
  $(".elsewhere", item).hidden = false;
  link.target = "_blank";
  link.rel = "noopener";
  link.ariaDescription = "Opens on YouTube in a new tab";
}

/** Lets an item's age go on. @param {HTMLElement} item @param {Video} video @param {string} view */
export function refreshAge(item, video, view) {
  const at = startOf(video);
  const started = at && view !== "table";
  refresh($(".when time", item), started ? start(at, view) : age(video, view));
  if (at && view === "table") refresh($(".starts", item), start(at, view));
}

/** @param {HTMLElement} element @param {string} text */
function refresh(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** How old a video is, in full or, for the table, tersely. @param {Video} video @param {string} view */
function age(video, view) {
  if (view === "table") return (video.published_at_exact ? "" : "~") + agoTersely(video.published_at);
  const text = (video.published_at_exact ? "" : "about ") + ago(video.published_at);
  return video.live === "upcoming" ? `announced ${text}` : text;
}

/**
 * The title, with the beginnings of words that were searched for marked.
 * @param {HTMLElement} element
 * @param {string} title
 * @param {string} search
 */
function fillTitle(element, title, search) {
  const words = search.match(/[\p{L}\p{N}\p{M}]+/gu);
  const beginnings = words && new RegExp(`(?<![\\p{L}\\p{N}\\p{M}])(${words.join("|")})`, "giu");
  const parts = beginnings ? title.split(beginnings) : [title];
  element.append(...parts.map((part, at) => (at % 2 ? make("mark", {}, part) : part)));
}

/** @param {HTMLElement} badge @param {Video} video */
function fillBadge(badge, video) {
  if (video.live !== "none") {
    badge.classList.add(video.live);
    badge.textContent = video.live === "live" ? "Live" : "Upcoming";
  } else if (video.duration_seconds) {
    badge.append(
      make("span", { ariaHidden: "true" }, length(video.duration_seconds)),
      unseen(spokenLength(video.duration_seconds)),
    );
  } else {
    badge.hidden = true;
  }
}

/** @param {HTMLElement} button @param {Video} video */
export function fillChannel(button, video) {
  $("bdi", button).textContent = video.channel_title || "Unknown channel";
  if (!video.channel_id) {
    button.replaceWith(make("span", { className: "channel plain" }, ...button.childNodes));
    return;
  }
  button.dataset.channel = video.channel_id;
  button.title = `Only ${video.channel_title}`;
}

/**
 * The picture, in front of the tile that stands for it until it is there, or for ever.
 * @param {HTMLElement} thumb
 * @param {Video} video
 * @param {Place} place
 */
function fillThumbnail(thumb, video, { index, width }) {
  thumb.style.setProperty("--hue", String(angle(video.channel_id ?? video.channel_title)));
  thumb.style.setProperty("--turn", `${angle(video.video_id)}deg`);
  thumb.dataset.initial = initial(video.channel_title) || initial(video.title) || "▸";
  const image = $("img", thumb, HTMLImageElement);
  const { srcset, first, second } = sources(video);
  const fail = () => {
    if (second && image.src !== second) {
      image.srcset = "";
      image.src = second;
    } else {
      // A change of its attributes would load it again.
      image.remove();
      thumb.classList.add("missing");
    }
  };
  if (!first) {
    fail();
    return;
  }
  image.loading = index < EAGER ? "eager" : "lazy";
  image.onload = () => {
    // YouTube answers for a missing picture with a grey one, 120 pixels wide, that loads like any other.
    if (image.naturalWidth < width / 2) fail();
    else thumb.classList.add("loaded");
  };
  image.onerror = fail;
  // Not `auto`: Chromium never lets go of an image whose size it watches.
  image.sizes = `${width}px`;
  image.srcset = srcset;
  image.src = first;
  // A picture that comes at once is not preceded by its tile.
  setTimeout(() => thumb.classList.toggle("late", !image.complete), PATIENCE);
}

/** Where a video's picture may be, in which sizes, and where else to look for it. @param {Video} video */
function sources({ video_id, thumbnails }) {
  const vetted = Object.values(thumbnails).filter(({ url }) => isOwn(url) || FROM_YOUTUBE.test(url));
  const sized = vetted
    .map(({ url, width }) => ({ url, width: width ?? 0 }))
    .filter(({ width }) => width)
    .sort((one, other) => one.width - other.width);
  const best = sized.find(({ width }) => width >= 320) ?? sized.at(-1) ?? vetted[0];
  const atYouTube = VIDEO_ID.test(video_id) && !vetted.some(({ url }) => isOwn(url));
  const fallback = atYouTube ? `https://i.ytimg.com/vi/${video_id}/hqdefault.jpg` : "";
  return {
    srcset: sized.map(({ url, width }) => `${url} ${width}w`).join(", "),
    first: best?.url ?? fallback,
    second: fallback,
  };
}
