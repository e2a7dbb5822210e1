// The shelf of videos, in rows of equal height, as cards or as a table. Only the rows within one screen of the visible
// ones are in the document; padding stands for the others. One gap, after any row, holds the player.

import { $, make, masthead, scrollStyle } from "./elements.js";

/** @import { Video } from "./answers.js" */
/**
 * @typedef {object} Calls
 * @property {(video: Video, index: number, view: string, width: number) => HTMLElement} make the element of a video,
 *   whose thumbnail has a width in pixels
 * @property {(top: number) => void} onDraw after each drawing, with how far the shelf's top has gone above the screen's
 * @property {() => void} onEnd when more rows are wanted
 */

const MARGIN = 12;

const root = $("#listing");
const cards = $("#cards");
const table = $("#table");

/** @type {Calls} */
let calls;
/** @type {Video[]} */
let videos = [];
/** The elements that are in the document, by their videos' indices. @type {Map<number, HTMLElement>} */
const nodes = new Map();
let view = "cards";
let columns = 1;
let rowHeight = 0;
/** Of a thumbnail, in pixels. */
let itemWidth = 0;
/** The height of the table's head. */
let head = 0;
/** The index of the video after whose row the gap is, -1 for a gap before all rows. @type {number | null} */
let gapIndex = null;
let gapHeight = 0;
/** What keeps the gap open between two rows that are in the document. @type {HTMLElement | undefined} */
let spacer;
let scheduled = false;

/** Draws from now on. @param {Calls} given */
export function connect(given) {
  calls = given;
  addEventListener("scroll", schedule, { passive: true });
  addEventListener("resize", schedule);
  let width = root.clientWidth;
  new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    keepPlace(measure);
  }).observe(root);
}

function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    draw();
  });
}

/** @param {Video[]} wanted @param {string} wantedView */
export function show(wanted, wantedView) {
  if (wantedView !== view || wanted !== videos) clear();
  view = wantedView;
  videos = wanted;
  cards.hidden = view === "table" || !videos.length;
  table.hidden = view !== "table" || !videos.length;
  draw();
}

export const size = () => videos.length;

/** @param {number} index */
export const videoAt = (index) => videos[index];

/** Where a video stands, -1 for one that is not here. @param {string} id */
export const indexOf = (id) => videos.findIndex((video) => video.video_id === id);

/** The videos that are in the document, and their elements. @returns {[Video, HTMLElement][]} */
export const drawn = () =>
  [...nodes].map(([index, node]) => /** @type {[Video, HTMLElement]} */ ([videos[index], node]));

/**
 * Opens, moves or closes the gap, which the next drawing shows.
 * @param {number | null} index of the video that it follows, -1 for none
 * @param {number} height
 */
export function setGap(index, height = 0) {
  gapIndex = index;
  gapHeight = height;
}

/** Where the gap is, in pixels from the shelf's top, and the element of the video that it follows, if it is drawn. */
export const gap = () =>
  gapIndex === null ? null : { index: gapIndex, top: gapTop(), height: gapHeight, node: nodes.get(gapIndex) };

/** Scrolls as little as needed to show the gap, and the row before it where both fit on the screen. */
export function revealGap() {
  if (gapIndex === null) return;
  const above = gapIndex >= 0 && rowHeight + gapHeight < innerHeight - masthead() ? rowHeight : 0;
  reveal(gapTop() - above, above + gapHeight, scrollStyle());
}

/** Moves the focus to a video, wherever it is. @param {number} index */
export function focus(index) {
  const at = Math.max(0, Math.min(videos.length - 1, index));
  reveal(rowTop(rowOf(at)), rowHeight, "instant");
  draw();
  nodes.get(at)?.querySelector("a")?.focus({ preventScroll: true });
}

/** Moves the focus to the first video on the screen. */
export const focusVisible = () => focus(rowAt(Math.max(0, scrolled() + masthead())) * columns);

/**
 * Where a key leads from a video; -1 is above the first row, null nowhere.
 * @param {string} key
 * @param {number} index
 */
export function neighbour(key, index) {
  if (key === "ArrowRight") return index + 1;
  if (key === "ArrowLeft") return Math.max(0, index - 1);
  if (key === "ArrowDown") return index + columns;
  if (key === "ArrowUp") return Math.max(-1, index - columns);
  if (key === "Home") return 0;
  if (key === "End") return videos.length - 1;
  return null;
}

/**
 * Lets something change sizes or the gap while the video at the screen's top stays where it is.
 * @param {() => void} change
 */
export function keepPlace(change) {
  const top = scrolled();
  if (top < 0 || !videos.length) {
    change();
    draw();
    return;
  }
  const index = rowAt(top) * columns;
  const offset = rowTop(rowOf(index)) - top;
  change();
  draw();
  scrollBy({ top: rowTop(rowOf(index)) - offset - scrolled(), behavior: "instant" });
  draw();
}

export function draw() {
  if (!videos.length) {
    root.style.padding = "";
    return;
  }
  measure();
  if (!nodes.size) {
    fill(0, 0);
    measure();
  }
  const top = scrolled();
  const first = rowAt(top - innerHeight);
  const last = rowAt(top + 2 * innerHeight);
  fill(first, last);
  const total = head + rows() * rowHeight + (gapIndex === null ? 0 : gapHeight);
  root.style.paddingTop = `${rowTop(first) - head}px`;
  root.style.paddingBottom = `${Math.max(0, total - rowTop(last) - rowHeight)}px`;
  calls.onDraw(top);
  // A reader who does not scroll is not sent more than fills the screen.
  if (last === rows() - 1 && (scrollY > 0 || total - top < innerHeight)) calls.onEnd();
}

function clear() {
  for (const node of nodes.values()) node.remove();
  nodes.clear();
  spacer?.remove();
}

function measure() {
  const [node] = nodes.values();
  head = view === "table" ? $("thead", table).offsetHeight : 0;
  const tracks = view === "table" ? ["128"] : getComputedStyle(cards).gridTemplateColumns.split(" ");
  columns = tracks.length;
  const width = Math.round(Number.parseFloat(tracks[0] ?? ""));
  if (width !== itemWidth) root.style.setProperty("--thumb", `${width}px`);
  itemWidth = width;
  rowHeight = node?.getBoundingClientRect().height ?? rowHeight;
}

/** Puts these rows into the document, and takes all others out of it. @param {number} first @param {number} last */
function fill(first, last) {
  const host = view === "table" ? $("tbody", table) : cards;
  const start = first * columns;
  const wanted = videos.slice(start, (last + 1) * columns);
  for (const [index, node] of nodes) {
    if (index >= start && index < start + wanted.length) continue;
    node.remove();
    nodes.delete(index);
  }
  spacer?.remove();
  let next = host.firstElementChild;
  for (const [at, video] of wanted.entries()) {
    const index = start + at;
    const known = nodes.get(index);
    if (known && known === next) {
      next = next.nextElementSibling;
      continue;
    }
    const node = known ?? calls.make(video, index, view, itemWidth);
    nodes.set(index, node);
    host.insertBefore(node, next);
  }
  const row = gapRow();
  if (row === null || row < first || row >= last) return;
  spacer = view === "table" ? make("tr", { ariaHidden: "true" }, make("td")) : make("div", { ariaHidden: "true" });
  spacer.className = "spacer";
  spacer.style.height = `${gapHeight}px`;
  host.insertBefore(spacer, nodes.get((row + 1) * columns) ?? null);
}

const rows = () => Math.ceil(videos.length / columns);

/** @param {number} index */
const rowOf = (index) => Math.floor(index / columns);

/** The row that the gap follows: -1 before all rows, null for none. */
const gapRow = () => (gapIndex === null ? null : gapIndex < 0 ? -1 : rowOf(gapIndex));

/** The top of a row, in pixels from the shelf's. @param {number} row */
function rowTop(row) {
  const after = gapRow();
  return head + row * rowHeight + (after !== null && row > after ? gapHeight : 0);
}

function gapTop() {
  const row = gapRow() ?? -1;
  return row === -1 ? 0 : rowTop(row) + rowHeight;
}

/** The row at a height, in pixels from the shelf's top. @param {number} y */
function rowAt(y) {
  const shift = gapIndex !== null && y > gapTop() ? Math.min(gapHeight, y - gapTop()) : 0;
  const row = Math.floor((y - head - shift) / rowHeight);
  return Math.max(0, Math.min(rows() - 1, row));
}

/** How far the shelf's top has gone above the screen's. */
const scrolled = () => -root.getBoundingClientRect().top;

/**
 * Scrolls as little as needed.
 * @param {number} top
 * @param {number} height in pixels from the shelf's top
 * @param {ScrollBehavior} behavior
 */
function reveal(top, height, behavior) {
  const edge = masthead() + MARGIN;
  const from = top - scrolled();
  const below = from + height - innerHeight + MARGIN;
  if (from < edge) scrollBy({ top: from - edge, behavior });
  else if (below > 0) scrollBy({ top: Math.min(from - edge, below), behavior });
}
