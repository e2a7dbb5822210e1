// newsreel's dashboard: one page over GET /videos, /videos/{id} and /status.
// What is shown follows from the address alone. Data reaches the page as text nodes and vetted addresses only.

/**
 * @typedef {{url: string, width: number | null, height: number | null}} Thumbnail
 * @typedef {{video_id: string, title: string, description: string, channel_id: string | null, channel_title: string,
 *   thumbnails: Record<string, Thumbnail>, published_at: string, published_at_exact: boolean,
 *   duration_seconds: number | null, live: "none" | "live" | "upcoming", source: string, first_seen_at: string,
 *   fetched_at: string, query: string}} Video
 * @typedef {{videos: Video[], next_cursor: string | null}} Page
 * @typedef {typeof DEFAULTS} State
 */

// ---------------------------------------------------------------- the address

const DEFAULTS = {
  query: "",
  search: "",
  channel_id: "",
  live: "",
  range: "",
  published_after: "",
  published_before: "",
  order: "newest",
  page_size: "24",
  view: "cards",
  sort: "",
  watch: "",
};
/** Seconds of each quick range. */
const RANGES = { "1h": 3600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000 };
const SORTS = ["title", "channel", "published", "found", "length"];
/** What an address may say; anything else counts as unsaid. */
const ALLOWED = {
  live: /^(none|live|upcoming)$/,
  order: /^(newest|oldest)$/,
  view: /^(cards|table)$/,
  watch: /^[\w-]{11}$/,
  range: new RegExp(`^(${Object.keys(RANGES).join("|")})$`),
  sort: new RegExp(`^-?(${SORTS.join("|")})$`),
  page_size: /^([1-9]|[1-4]\d|50)$/,
};
/** What decides which videos are listed, and in which order the server gives them. */
const LISTING = [
  "query",
  "search",
  "channel_id",
  "live",
  "range",
  "published_after",
  "published_before",
  "order",
  "page_size",
];

/** The folder that the API answers in, also under a stage path without a closing slash. */
const HOME = location.pathname.replace(/\/?$/, "/");

/** @returns {State} */
function readAddress() {
  const said = new URLSearchParams(location.search);
  const state = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS)) {
    const value = said.get(name);
    if (value && (ALLOWED[name]?.test(value) ?? true)) state[name] = value;
  }
  return state;
}

/** @param {State} state */
function addressOf(state) {
  const said = new URLSearchParams(Object.entries(state).filter(([name, value]) => value !== DEFAULTS[name]));
  return said.size ? `?${said}` : location.pathname;
}

/** @param {State} state */
const listingKey = (state) => LISTING.map((name) => state[name]).join("\n");

/**
 * The parameters of GET /videos. A quick range is counted back from `now`, to the minute.
 * @param {State} state
 */
function listingParameters(state, now = Date.now()) {
  const { range, ...rest } = state;
  const parameters = new URLSearchParams();
  for (const name of LISTING)
    if (rest[name] && (name === "page_size" || rest[name] !== DEFAULTS[name])) parameters.set(name, rest[name]);
  if (range) parameters.set("published_after", timestamp(Math.floor(now / 60_000) * 60_000 - RANGES[range] * 1000));
  return parameters;
}

// ---------------------------------------------------------------- words and figures

/** @param {number} ms */
const timestamp = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const terse = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const number = new Intl.NumberFormat("en");
const plural = (count, one, many = `${one}s`) => `${number.format(count)} ${count === 1 ? one : many}`;
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** "3 minutes ago" or "in 3 minutes", in whole units, rounded down. @param {number} seconds from now, negative for the past */
function fromNow(seconds, words = relative) {
  const size = Math.abs(seconds);
  const [unit, span] = UNITS.find(([, length]) => size >= length) ?? UNITS.at(-1);
  return words.format(Math.trunc(seconds / span), unit);
}

/** @param {string} at */
function ago(at, words = relative) {
  const seconds = (Date.parse(at) - Date.now()) / 1000;
  return seconds > -5 ? "just now" : fromNow(seconds, words);
}

/** How old a video is, in full or, for the table, tersely. @param {Video} video */
function age(video) {
  if (state.view === "table") return (video.published_at_exact ? "" : "~") + ago(video.published_at, terse);
  const text = (video.published_at_exact ? "" : "about ") + ago(video.published_at);
  return video.live === "upcoming" ? `announced ${text}` : text;
}

/** @param {Video} video */
const exactTime = (video) =>
  exact.format(new Date(video.published_at)) +
  (video.published_at_exact ? "" : " (approximate: the source gave no exact time)");

/** 3725 → "1:02:05" */
function length(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  return (parts[0] ? parts : parts.slice(1)).map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":");
}

/** 3725 → "1 hour 2 minutes 5 seconds" */
const spokenLength = (seconds) =>
  [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [Math.floor(seconds) % 60, "second"],
  ]
    .filter(([count]) => count)
    .map(([count, unit]) => plural(count, unit))
    .join(" ");

/** A hue that stays the same for the same text (FNV-1a, in degrees). @param {string} text */
function hue(text) {
  let sum = 0x811c9dc5;
  for (const character of text) sum = Math.imul(sum ^ character.codePointAt(0), 0x01000193);
  return (sum >>> 8) % 360;
}

/** A day as a date field writes it, in the reader's time zone. @param {number} ms */
function dayOf(ms) {
  const date = new Date(ms);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
}

// ---------------------------------------------------------------- elements

/** @param {string} selector @param {ParentNode} root @returns {any} */
const $ = (selector, root = document) => root.querySelector(selector);
/** @param {string} selector @param {ParentNode} root @returns {any[]} */
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
/** @param {string} tag @param {object} properties @param {(Node | string)[]} children @returns {any} */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
/** A copy of what a template holds. @param {string} template @returns {any} */
const stamp = (template) => $(template).content.firstElementChild.cloneNode(true);
/** Says it to a screen reader. */
const announce = (/** @type {string} */ text) => {
  $("#announcer").textContent = text;
};
const reduced = matchMedia("(prefers-reduced-motion: reduce)");
/** How much of the screen's top is covered, in pixels. */
const masthead = () => parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--masthead"));
/** @returns {ScrollBehavior} */
const scrollStyle = () => (reduced.matches ? "instant" : "smooth");

// ---------------------------------------------------------------- asking the API

/** An answer other than the one asked for, in words for the reader. */
class Problem extends Error {
  /** @param {{status?: number, title: string, detail?: string, faults?: string[], retryAfter?: number}} told */
  constructor({ status = 0, title, detail = "", faults = [], retryAfter = 0 }) {
    super(title);
    this.status = status;
    this.title = title;
    /** What to know or do about it. */
    this.advice = faults.length ? faults.join(" ") : detail;
    /** Seconds. */
    this.retryAfter = retryAfter;
  }

  /** Whether asking the same again cannot help. */
  get lasting() {
    return this.status >= 400 && this.status < 500;
  }
}

/** @param {string} path @param {URLSearchParams} [parameters] @param {RequestInit} [options] @throws {Problem} */
async function ask(path, parameters, options = {}) {
  let response;
  try {
    response = await fetch(`${HOME}${path}${parameters?.size ? `?${parameters}` : ""}`, {
      headers: { Accept: "application/json" },
      ...options,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      title: "newsreel does not answer",
      detail: "The network or the service is interrupted. newsreel tries again by itself.",
    });
  }
  if (!response.ok) throw await problemOf(response);
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      title: "The answer was not understood",
      detail: "Something between this page and newsreel changed the answer.",
    });
  }
}

/** @param {Response} response a problem+json (RFC 9457), or whatever a gateway put in its place */
async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const faults = Array.isArray(body.errors) ? body.errors.map(fault).filter(Boolean) : [];
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  if (response.status === 404) return new Problem({ status: 404, title: "Not found", detail: body.detail, faults });
  if (response.status < 500)
    return new Problem({ status: response.status, title: "This view cannot be shown", detail: body.detail, faults });
  const title = response.status === 503 ? "newsreel's store is busy" : "Something went wrong";
  const id = typeof body.instance === "string" ? ` Its request id is ${body.instance}.` : "";
  return new Problem({ status: response.status, title, detail: `newsreel tries again by itself.${id}`, retryAfter });
}

function fault({ parameter, value, detail, allowed }) {
  const said = value === undefined || value === null ? "" : ` “${value}”`;
  return [parameter && `${parameter}${said}`, detail ?? allowed].filter(Boolean).join(": ");
}

// ---------------------------------------------------------------- thumbnails

/** Thumbnails come from YouTube's hosts alone; the page's policy would refuse others. */
const THUMBNAIL = /^https:\/\/[\w.-]+\.(ytimg|ggpht)\.com\/[^\s,]+$/;
const fallbackThumbnail = (/** @type {string} */ id) =>
  `https://i.ytimg.com/vi/${encodeURIComponent(id)}/hqdefault.jpg`;
const watchUrl = (/** @type {string} */ id) => `https://www.youtube.com/watch?v=${encodeURIComponent(id)}`;

/** @param {HTMLElement} thumb @param {Video} video @param {boolean} eager */
function fillThumbnail(thumb, video, eager) {
  const image = $("img", thumb);
  thumb.style.setProperty("--hue", String(hue(video.channel_id ?? video.channel_title)));
  thumb.dataset.initial =
    [...video.channel_title.normalize("NFC").trim()]
      .find((character) => /[\p{L}\p{N}]/u.test(character))
      ?.toUpperCase() ?? "▸";
  const fitting = Object.values(video.thumbnails ?? {}).filter(({ url }) => THUMBNAIL.test(url));
  const sized = fitting.filter(({ width }) => width).sort((one, other) => one.width - other.width);
  let second = fallbackThumbnail(video.video_id);
  image.loading = eager ? "eager" : "lazy";
  image.onload = () => {
    // YouTube answers for a missing picture with a grey one, 120 pixels wide, that loads like any other.
    if (image.naturalWidth < image.clientWidth / 2) image.onerror();
    else thumb.classList.add("loaded");
  };
  image.onerror = () => {
    image.srcset = "";
    if (second && image.src !== second) image.src = second;
    else thumb.classList.add("missing");
    second = "";
  };
  // Not `auto`: Chromium never lets go of an image whose size it watches.
  image.sizes = `${shelf.itemWidth}px`;
  image.srcset = sized.map(({ url, width }) => `${url} ${width}w`).join(", ");
  image.src = (sized.find(({ width }) => width >= 320) ?? sized.at(-1) ?? fitting[0])?.url ?? second;
}

/** @param {HTMLElement} badge @param {Video} video */
function fillBadge(badge, video) {
  badge.hidden = false;
  if (video.live !== "none") {
    badge.classList.add(video.live);
    badge.textContent = video.live === "live" ? "Live" : "Upcoming";
  } else if (video.duration_seconds) {
    badge.append(
      make("span", { ariaHidden: "true" }, length(video.duration_seconds)),
      make("span", { className: "sr-only" }, spokenLength(video.duration_seconds)),
    );
  } else {
    badge.hidden = true;
  }
}

/** @param {HTMLTimeElement} time @param {Video} video */
function fillAge(time, video) {
  time.dateTime = video.published_at;
  time.title = exactTime(video);
  time.textContent = age(video);
}

/** @param {HTMLElement} button @param {Video} video */
function fillChannel(button, video) {
  $("bdi", button).textContent = video.channel_title || "Unknown channel";
  if (!video.channel_id) return button.replaceWith(make("span", { className: "channel plain" }, ...button.childNodes));
  button.dataset.channel = video.channel_id;
  button.title = `Only ${video.channel_title}`;
}

/** The title, with the beginnings of words that were searched for marked. @param {HTMLElement} element @param {string} title */
function fillTitle(element, title) {
  const words = state.search.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  if (!words.length) return element.append(title);
  const beginnings = new RegExp(`(?<![\\p{L}\\p{N}\\p{M}])(${words.join("|")})`, "giu");
  element.append(...title.split(beginnings).map((part, at) => (at % 2 ? make("mark", {}, part) : part)));
}

// ---------------------------------------------------------------- cards and rows

/** @param {Video} video @param {number} index @param {HTMLElement} element @param {HTMLAnchorElement} link */
function fillItem(video, index, element, link) {
  element.dataset.index = String(index);
  element.classList.toggle("playing", video.video_id === state.watch);
  element.classList.toggle("new", arrivals.has(video.video_id));
  link.href = watchUrl(video.video_id);
  link.title = video.title;
  link.dataset.watch = video.video_id;
  fillTitle(link, video.title || "Untitled");
  fillThumbnail($(".thumb", element), video, index < 10);
  fillBadge($(".badge", element), video);
  fillChannel($("button.channel", element), video);
  fillAge($(".when time", element), video);
}

/** @param {Video} video @param {number} index */
function makeCard(video, index) {
  const card = stamp("#card-template");
  const link = $(".title a", card);
  fillItem(video, index, card, link);
  link.id = `title-${index}`;
  card.setAttribute("aria-labelledby", link.id);
  card.ariaPosInSet = String(index + 1);
  card.ariaSetSize = listing.next ? "-1" : String(listing.videos.length);
  return card;
}

/** @param {Video} video @param {number} index */
function makeRow(video, index) {
  const row = stamp("#row-template");
  fillItem(video, index, row, $(".row-title", row));
  row.ariaRowIndex = String(index + 2);
  const found = $(".c-found time", row);
  found.dateTime = video.first_seen_at;
  found.title = exact.format(new Date(video.first_seen_at));
  found.textContent = ago(video.first_seen_at, terse);
  return row;
}

const COLUMNS = {
  title: (video) => video.title.toLocaleLowerCase(),
  channel: (video) => video.channel_title.toLocaleLowerCase(),
  published: (video) => video.published_at,
  found: (video) => video.first_seen_at,
  length: (video) => video.duration_seconds ?? -1,
};
const collator = new Intl.Collator("en", { numeric: true });

/** The loaded videos as the view orders them: the table may be sorted by a column. */
function ordered() {
  if (state.view !== "table" || !state.sort) return listing.videos;
  const direction = state.sort.startsWith("-") ? -1 : 1;
  const name = state.sort.replace("-", "");
  const compare =
    name === "length"
      ? (one, other) => one - other
      : name === "title" || name === "channel"
        ? collator.compare
        : (one, other) => (one < other ? -1 : Number(one > other));
  return listing.videos
    .map((video) => [COLUMNS[name](video), video])
    .sort(([one], [other]) => direction * compare(one, other))
    .map(([, video]) => video);
}

// ---------------------------------------------------------------- the shelf: only what is near the screen is in the document

/**
 * Shows videos in rows of equal height, as cards or as a table, and keeps elements only for the rows within one screen
 * of the visible ones; padding stands for the others. One gap, after any row, holds the player.
 */
class Shelf {
  /**
   * @param {HTMLElement} root
   * @param {{onDraw: (top: number) => void, onEnd: () => void}} calls after each drawing, with how far the root's top
   *   has gone above the screen's, and when more rows are wanted
   */
  constructor(root, { onDraw, onEnd }) {
    this.root = root;
    this.onDraw = onDraw;
    this.onEnd = onEnd;
    /** @type {Video[]} */ this.videos = [];
    /** @type {Map<number, HTMLElement>} */ this.nodes = new Map();
    this.view = "cards";
    this.columns = 1;
    this.rowHeight = 0;
    /** Of a thumbnail, in pixels. */
    this.itemWidth = 0;
    this.head = 0;
    this.openIndex = /** @type {number | null} */ (null);
    this.gapHeight = 0;
    this.spacer = make("div", { className: "spacer", ariaHidden: "true" });
    this.scheduled = false;
    addEventListener("scroll", () => this.schedule(), { passive: true });
    addEventListener("resize", () => this.schedule());
    let width = root.clientWidth;
    new ResizeObserver(() => {
      if (root.clientWidth === width) return;
      width = root.clientWidth;
      this.keepPlace(() => this.measure());
    }).observe(root);
  }

  get host() {
    return this.view === "table" ? $("#table tbody") : $("#cards");
  }
  get rows() {
    return Math.ceil(this.videos.length / this.columns);
  }
  /** The row that the gap follows: -1 before all rows, null for none. */
  get gapRow() {
    return this.openIndex === null ? null : this.openIndex < 0 ? -1 : Math.floor(this.openIndex / this.columns);
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  /** @param {Video[]} videos */
  show(videos, view = this.view) {
    if (view !== this.view || videos !== this.videos) this.clear();
    this.view = view;
    this.videos = videos;
    $("#cards").hidden = view === "table" || !videos.length;
    $("#table").hidden = view !== "table" || !videos.length;
    this.draw();
  }

  clear() {
    for (const node of this.nodes.values()) node.remove();
    this.nodes.clear();
    this.spacer.remove();
  }

  measure() {
    const node = this.nodes.values().next().value;
    this.head = this.view === "table" ? $("#table thead").offsetHeight : 0;
    const tracks = this.view === "table" ? ["57"] : getComputedStyle(this.host).gridTemplateColumns.split(" ");
    this.columns = tracks.length;
    this.itemWidth = Math.round(parseFloat(tracks[0]));
    this.rowHeight = node?.getBoundingClientRect().height ?? this.rowHeight;
  }

  /** The top of a row, in pixels from the root's. @param {number} row */
  rowTop(row) {
    return this.head + row * this.rowHeight + (this.gapRow !== null && row > this.gapRow ? this.gapHeight : 0);
  }

  gapTop() {
    return this.gapRow === -1 ? 0 : this.rowTop(this.gapRow) + this.rowHeight;
  }

  /** The row at a height, in pixels from the root's top. @param {number} y */
  rowAt(y) {
    const shift = this.gapRow !== null && y > this.gapTop() ? Math.min(this.gapHeight, y - this.gapTop()) : 0;
    const row = Math.floor((y - this.head - shift) / this.rowHeight);
    return Math.max(0, Math.min(this.rows - 1, row));
  }

  /** How far the root's top has gone above the screen's. */
  get scrolled() {
    return -this.root.getBoundingClientRect().top;
  }

  draw() {
    if (!this.videos.length) {
      this.root.style.padding = "";
      return;
    }
    this.measure();
    if (!this.nodes.size) {
      this.fill(0, 0);
      this.measure();
    }
    const top = this.scrolled;
    const first = this.rowAt(top - innerHeight);
    const last = this.rowAt(top + 2 * innerHeight);
    this.fill(first, last);
    const total = this.head + this.rows * this.rowHeight + (this.gapRow === null ? 0 : this.gapHeight);
    this.root.style.paddingTop = `${this.rowTop(first) - this.head}px`;
    this.root.style.paddingBottom = `${Math.max(0, total - this.rowTop(last) - this.rowHeight)}px`;
    this.onDraw(top);
    // Who does not scroll is not sent more than fills the screen.
    if (last === this.rows - 1 && (scrollY > 0 || total - top < innerHeight)) this.onEnd();
  }

  /** @param {number} first @param {number} last */
  fill(first, last) {
    const start = first * this.columns;
    const end = Math.min(this.videos.length, (last + 1) * this.columns);
    for (const [index, node] of this.nodes) {
      if (index >= start && index < end) continue;
      node.remove();
      this.nodes.delete(index);
    }
    this.spacer.remove();
    let next = this.host.firstElementChild;
    for (let index = start; index < end; index++) {
      let node = this.nodes.get(index);
      if (node && node === next) next = next.nextElementSibling;
      else {
        node = this.view === "table" ? makeRow(this.videos[index], index) : makeCard(this.videos[index], index);
        this.nodes.set(index, node);
        this.host.insertBefore(node, next);
      }
    }
    if (this.gapRow !== null && this.gapRow >= first && this.gapRow < last) this.placeSpacer();
  }

  placeSpacer() {
    const before = this.nodes.get((this.gapRow + 1) * this.columns);
    this.spacer.remove();
    this.spacer =
      this.view === "table" ? make("tr", { ariaHidden: "true" }, make("td")) : make("div", { ariaHidden: "true" });
    this.spacer.className = "spacer";
    this.spacer.style.height = `${this.gapHeight}px`;
    this.host.insertBefore(this.spacer, before);
  }

  /** Lets something change sizes or the gap while the video at the screen's top stays where it is. @param {() => void} change */
  keepPlace(change) {
    const top = this.scrolled;
    if (top < 0 || !this.videos.length) {
      change();
      return this.draw();
    }
    const index = this.rowAt(top) * this.columns;
    const offset = this.rowTop(Math.floor(index / this.columns)) - top;
    change();
    this.draw();
    scrollBy({ top: this.rowTop(Math.floor(index / this.columns)) - offset - this.scrolled, behavior: "instant" });
    this.draw();
  }

  /** Scrolls as little as needed. @param {number} top @param {number} height in pixels from the root's top */
  reveal(top, height, behavior = scrollStyle()) {
    const margin = 12;
    const edge = masthead() + margin;
    const from = top - this.scrolled;
    if (from < edge) scrollBy({ top: from - edge, behavior });
    else if (from + height > innerHeight - margin)
      scrollBy({ top: Math.min(from - edge, from + height - innerHeight + margin), behavior });
  }

  /** Moves the focus to a video, wherever it is. @param {number} index */
  focus(index) {
    const at = Math.max(0, Math.min(this.videos.length - 1, index));
    this.reveal(this.rowTop(Math.floor(at / this.columns)), this.rowHeight, "instant");
    this.draw();
    $("a", this.nodes.get(at))?.focus({ preventScroll: true });
  }
}

// ---------------------------------------------------------------- the listing

/** @type {State} */
let state = readAddress();
/** Ids of videos that came while the page was open. */
const arrivals = new Set();

/** @param {State} from */
const newListing = (from) => ({
  key: listingKey(from),
  parameters: listingParameters(from),
  ids: new Set(),
  next: /** @type {string | null} */ (null),
  videos: /** @type {Video[]} */ ([]),
  loaded: false,
  growing: /** @type {Promise<void> | null} */ (null),
  problem: /** @type {Problem | null} */ (null),
});
let listing = newListing(state);
let aborter = new AbortController();
const shelf = new Shelf($("#listing"), {
  onDraw: placePlayer,
  onEnd: () => {
    if (!listing.problem && !sorted()) loadMore();
  },
});
const sorted = () => state.view === "table" && state.sort !== "";

/** What of a video is kept. Its description is asked for when it plays, so that 10,000 videos stay small. @param {Video} video */
const slim = (video) => ({ ...video, description: "" });

/** @param {ReturnType<typeof newListing>} target @param {Page} page */
function take(target, page) {
  for (const video of page.videos) {
    if (target.ids.has(video.video_id)) continue;
    target.ids.add(video.video_id);
    target.videos.push(slim(video));
  }
  target.next = page.next_cursor;
  target.loaded = true;
}

/** Takes one page more; and others, as long as a filter leaves nothing of them. @param {ReturnType<typeof newListing>} target */
async function fill(target) {
  const { signal } = aborter;
  const before = target.videos.length;
  do {
    const parameters = new URLSearchParams(target.parameters);
    if (target.next) parameters.set("cursor", target.next);
    take(target, await ask("videos", parameters, { signal }));
  } while (target.next && target.videos.length === before);
}

/** Gives up what was asked for and is not wanted any more. */
function abandon() {
  aborter.abort();
  aborter = new AbortController();
}

/** Replaces the listing by the one of the present state; what is on screen stays, dimmed, until the answer is there. */
async function openListing() {
  abandon();
  const wanted = newListing(state);
  pending = null;
  arrivals.clear();
  showFresh();
  document.body.classList.add("loading");
  if (!listing.videos.length) showSkeleton();
  try {
    await fill(wanted);
  } catch (problem) {
    if (problem.name === "AbortError") return;
    wanted.problem = problem;
    if (!problem.lasting) retryLater(problem);
  }
  document.body.classList.remove("loading");
  failures = wanted.problem ? failures : 0;
  useListing(wanted);
  announce(
    wanted.problem
      ? wanted.problem.title
      : wanted.next
        ? `${plural(wanted.videos.length, "video")} loaded, more follow`
        : plural(wanted.videos.length, "video"),
  );
}

/** @param {ReturnType<typeof newListing>} wanted */
function useListing(wanted, scroll = 0) {
  listing = wanted;
  $("#skeleton").hidden = true;
  shelf.show(ordered(), state.view);
  scrollTo({ top: scroll, behavior: "instant" });
  shelf.draw();
  syncPlayer();
  showEnds();
  showChannel();
}

/** Loads the next page, if there is one, and settles when it is shown. */
async function loadMore() {
  const target = listing;
  if (!target.loaded || !target.next) return;
  target.growing ??= grow(target);
  await target.growing;
}

/** @param {ReturnType<typeof newListing>} target */
async function grow(target) {
  const { signal } = aborter;
  target.problem = null;
  const filled = fill(target).catch((problem) => {
    target.problem = problem;
  });
  showMore(true);
  await filled;
  target.growing = null;
  if (signal.aborted) target.problem = null;
  if (signal.aborted || target !== listing) return;
  shelf.show(ordered());
  if (sorted()) syncPlayer();
  showEnds();
}

function showEnds() {
  showNotice();
  showMore();
}

/** The foot of the list: how much is loaded, and the button that loads more where scrolling does not. */
function showMore(busy = Boolean(listing.growing)) {
  const { videos, next, problem } = listing;
  $("#more").hidden = !videos.length;
  const button = $("#more-button");
  button.hidden = !next;
  button.disabled = busy;
  button.textContent = busy ? "Loading…" : problem ? "Try again" : "Load more";
  const oldest = videos.at(-1);
  $("#more-text").textContent = problem
    ? `${problem.title}. ${problem.advice}`
    : next
      ? `${plural(videos.length, "video")} loaded`
      : oldest
        ? `That is all: ${plural(videos.length, "video")}`
        : "";
  $("#more").classList.toggle("failed", Boolean(problem));
}

function showSkeleton() {
  const skeleton = $("#skeleton");
  if (!skeleton.childElementCount) {
    skeleton.append(
      ...Array.from({ length: 15 }, () =>
        make("div", { className: "card bone" }, make("div", { className: "thumb" }), make("p"), make("p"), make("p")),
      ),
    );
  }
  skeleton.hidden = false;
  $("#notice").hidden = true;
}

// ---------------------------------------------------------------- in place of videos: empty, failed

const FILTERS = ["search", "channel_id", "live", "range", "published_after", "published_before"];
const filtered = () => FILTERS.some((name) => state[name]);
const clearFilters = () => go(Object.fromEntries(FILTERS.map((name) => [name, ""])));

function showNotice() {
  const answered = listing.loaded || listing.problem;
  const words =
    listing.videos.length || !answered ? null : listing.problem ? problemWords(listing.problem) : emptyWords();
  const notice = $("#notice");
  if (words && !notice.hidden && notice.dataset.words === words.title + words.detail) return;
  notice.hidden = !words;
  if (!words) return;
  notice.dataset.words = words.title + words.detail;
  $("h2", notice).textContent = words.title;
  $("p", notice).textContent = words.detail;
  $(".notice-actions", notice).replaceChildren(...words.actions);
}

const action = (text, onclick) => make("button", { type: "button", className: "button", textContent: text, onclick });

/** @param {Problem} problem */
function problemWords(problem) {
  if (problem.status === 404 && state.query) {
    return {
      title: `“${state.query}” is not watched`,
      detail: "Choose one of the watched queries above, or add this one to the settings.",
      actions: [action("Show the first query", () => go({ ...DEFAULTS, view: state.view }))],
    };
  }
  const actions = problem.lasting ? [action("Clear filters", clearFilters)] : [action("Try again", openListing)];
  return { title: problem.title, detail: problem.advice, actions };
}

function emptyWords() {
  if (filtered())
    return {
      title: "Nothing matches",
      detail: "No video of this query fits the filters.",
      actions: [action("Clear filters", clearFilters)],
    };
  const query = watched();
  const name = query?.query ?? state.query;
  return {
    title: "No videos yet",
    detail: `newsreel is looking${name ? ` for “${name}”` : ""}. Videos appear here by themselves.`,
    actions: [],
  };
}

// ---------------------------------------------------------------- the player

let player = /** @type {HTMLElement | null} */ (null);

/** Opens, moves or closes the player as the address says. */
function syncPlayer() {
  if (player && player.dataset.video !== state.watch) closePlayer(!state.watch);
  for (const [index, node] of shelf.nodes)
    node.classList.toggle("playing", shelf.videos[index].video_id === state.watch);
  if (!state.watch) return;
  const index = shelf.videos.findIndex((video) => video.video_id === state.watch);
  if (player)
    shelf.keepPlace(() => {
      shelf.openIndex = index;
    });
  else openPlayer(index);
}

/** @param {number} index -1 for a video that is not among the loaded ones */
function openPlayer(index) {
  const id = state.watch;
  player = stamp("#player-template");
  player.dataset.video = id;
  $(".button.quiet", player).href = watchUrl(id);
  $(".close", player).onclick = () => leavePlayer();
  for (const button of $$("[data-step]", player)) button.onclick = () => step(Number(button.dataset.step));
  const video = shelf.videos[index];
  if (video) fillPlayer(video);
  $(".screen", player).append(playerFrame(id, video?.title ?? ""));
  $("#listing").append(player);
  shelf.openIndex = index;
  sizes.observe(player);
  shelf.gapHeight = player.offsetHeight + 24;
  shelf.draw();
  const room = innerHeight - masthead();
  const above = index >= 0 && shelf.rowHeight + shelf.gapHeight < room ? shelf.rowHeight : 0;
  shelf.reveal(shelf.gapTop() - above, above + shelf.gapHeight);
  player.focus({ preventScroll: true });
  describe(id, index < 0);
}

/** YouTube's own player, without its cookies. It wants to know the site that shows it. */
const playerFrame = (id, title) =>
  make("iframe", {
    src: `https://www.youtube-nocookie.com/embed/${encodeURIComponent(id)}?autoplay=1&rel=0`,
    title: `Player: ${title || id}`,
    allow: "autoplay; encrypted-media; fullscreen; picture-in-picture",
    referrerPolicy: "strict-origin-when-cross-origin",
  });

/** @param {Video} video */
function fillPlayer(video) {
  $("h2", player).textContent = video.title;
  const channel = $("button.channel", player);
  if (channel) fillChannel(channel, video);
  const facts = [
    video.live === "live"
      ? "Live now"
      : video.live === "upcoming"
        ? "Upcoming"
        : video.duration_seconds
          ? length(video.duration_seconds)
          : "",
    exactTime(video),
  ];
  $(".facts", player).textContent = facts.filter(Boolean).join(" · ");
}

/** Fetches what the list does not keep. @param {string} id @param {boolean} all whether nothing of the video is known yet */
async function describe(id, all) {
  const own = player;
  const text = $(".description", own);
  let description;
  try {
    const video = await ask(`videos/${encodeURIComponent(id)}`);
    if (own !== player) return;
    if (all) fillPlayer(video);
    description = video.description;
  } catch (problem) {
    if (own !== player) return;
    description =
      problem.status === 404 ? "newsreel does not keep this video any more." : "The description could not be loaded.";
  }
  text.textContent = description || "No description.";
  text.classList.toggle("plain", !description);
}

/** @param {boolean} back whether the focus goes back to the video that was playing */
function closePlayer(back) {
  const removed = player;
  const index = shelf.openIndex;
  const focused = removed.contains(document.activeElement);
  sizes.unobserve(removed);
  player = null;
  shelf.keepPlace(() => {
    removed.remove();
    shelf.openIndex = null;
    shelf.gapHeight = 0;
  });
  if (back && focused && index >= 0) shelf.focus(index);
}

/** Undoes the step of the history that opened the player. */
function leavePlayer() {
  if (history.state?.opened) history.back();
  else go({ watch: "" }, true);
}

/** @param {number} by */
function step(by) {
  const video = shelf.videos[(shelf.openIndex ?? -1) + by];
  if (video) go({ watch: video.video_id }, true);
}

const sizes = new ResizeObserver(([{ target }]) => {
  if (target !== player || player.classList.contains("mini") || player.offsetHeight + 24 === shelf.gapHeight) return;
  shelf.keepPlace(() => {
    shelf.gapHeight = player.offsetHeight + 24;
  });
});

/** Keeps the player in its gap, or in the corner while the gap is off the screen. @param {number} top */
function placePlayer(top) {
  if (!player || shelf.openIndex === null) return;
  const at = shelf.gapTop();
  const away = at + shelf.gapHeight < top + 80 || at > top + innerHeight - 40;
  player.classList.toggle("mini", away);
  player.style.top = away ? "" : `${at}px`;
  const node = shelf.nodes.get(shelf.openIndex);
  if (node) player.style.setProperty("--notch", `${node.offsetLeft + node.offsetWidth / 2}px`);
  player.classList.toggle("notched", Boolean(node) && state.view === "cards");
}

// ---------------------------------------------------------------- new videos, while one reads

/** A newer first page than the one on screen. @type {{page: Page, count: number} | null} */
let pending = null;

/** Asks for the first page again; the browser's cache makes an unchanged one cheap. */
async function lookForNew() {
  const target = listing;
  if (!target.loaded || target.problem || state.order !== "newest") return;
  const page = await ask("videos", target.parameters, { cache: "no-cache", priority: "low" });
  if (target !== listing) return;
  const unknown = page.videos.filter((video) => !target.ids.has(video.video_id));
  const count = unknown.length;
  if (!count) return;
  const before = pending?.count ?? 0;
  pending = { page, count };
  for (const video of unknown) arrivals.add(video.video_id);
  if (!target.videos.length) return showPending();
  showFresh();
  if (count !== before) announce(`${freshText()} at the top`);
}

const freshText = () => {
  const many = pending.count === pending.page.videos.length && pending.page.next_cursor ? "+" : "";
  return `${pending.count}${many} new ${pending.count === 1 ? "video" : "videos"}`;
};

function showFresh() {
  const button = $("#fresh");
  button.hidden = !pending;
  if (pending) $("span", button).textContent = freshText();
  showTitle();
}

function showPending() {
  const fresh = newListing(state);
  take(fresh, pending.page);
  fresh.parameters = listing.parameters;
  pending = null;
  useListing(fresh);
  showFresh();
}

// ---------------------------------------------------------------- status

let status = /** @type {any} */ (null);
const watched = () =>
  status?.queries.find(({ query }) => query === state.query) ?? (state.query ? undefined : status?.queries[0]);

async function refreshStatus() {
  try {
    status = await ask("status", undefined, { cache: "no-cache", priority: "low" });
  } catch (problem) {
    $("#strip").classList.add("unknown");
    $("#pulse-text").textContent = `${problem.title}. The status is not known.`;
    delete $("#pulse-text").dataset.said;
    throw problem;
  }
  $("#strip").classList.remove("unknown");
  showTabs();
  showProblems();
  showArrivals();
  showPulse();
  showNotice();
}

function showTabs() {
  const tabs = $("#tabs");
  const first = status.queries[0]?.query;
  const current = state.query || first;
  const said = JSON.stringify([
    addressOf({ ...state, watch: "" }),
    status.queries.map(({ query, state: health }) => [query, health]),
  ]);
  if (tabs.dataset.said === said) return;
  tabs.dataset.said = said;
  const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest("#tabs a"))?.dataset.query;
  tabs.replaceChildren(
    ...status.queries.map(({ query, state: health, problem }) => {
      const tab = make(
        "a",
        { href: addressOf({ ...state, query: query === first ? "" : query, channel_id: "", watch: "" }) },
        make("bdi", {}, query),
      );
      tab.dataset.query = query;
      if (query === current) tab.ariaCurrent = "page";
      if (health === "failing" || health === "waiting") {
        tab.classList.add(health);
        tab.title = problem ?? health;
        tab.append(make("span", { className: "sr-only" }, `, ${health}`));
      }
      return tab;
    }),
  );
  $(`[data-query="${CSS.escape(focused ?? "")}"]`, tabs)?.focus();
  const shown = $("[aria-current]", tabs);
  if (shown && tabs.scrollWidth > tabs.clientWidth)
    tabs.scrollLeft = shown.offsetLeft - tabs.clientWidth / 2 + shown.offsetWidth / 2;
  showTitle();
}

function showTitle() {
  const query = state.query || status?.queries[0]?.query || listing.videos[0]?.query || "";
  document.title = [pending ? `(${pending.count})` : "", query, query ? "·" : "", "newsreel"].filter(Boolean).join(" ");
  $("#heading").textContent = query ? `Latest videos for ${query}` : "Latest videos";
}

/** What is wrong, in the API's words, and what to do about it. */
function showProblems() {
  const own = watched();
  const told = status.problems.map(({ message, action: advice }) => [message, advice]);
  if (own?.problem && !told.length) told.push([own.problem, ""]);
  const list = $("#problems");
  if (list.dataset.said === JSON.stringify(told)) return;
  list.dataset.said = JSON.stringify(told);
  shelf.keepPlace(() => {
    list.hidden = !told.length;
    list.replaceChildren(
      ...told.map(([message, advice]) => make("li", {}, make("strong", {}, message), advice ? ` ${advice}` : "")),
    );
  });
  $("#strip").classList.toggle("ill", told.length > 0);
}

function showPulse() {
  if (!status) return;
  const query = watched();
  const parts = [];
  if (query?.last_poll_at) {
    const found = query.last_poll?.new;
    parts.push(
      `Last poll ${ago(query.last_poll_at)}${found === undefined ? "" : found ? `, ${number.format(found)} new` : ", nothing new"}`,
    );
  } else if (query) parts.push("Not polled yet");
  if (query?.next_poll_at) {
    const seconds = (Date.parse(query.next_poll_at) - Date.now()) / 1000;
    parts.push(seconds < 1 ? "next poll is due" : `next ${fromNow(seconds)}`);
  }
  const youtube = status.sources.youtube;
  if (youtube?.keys.length) parts.push(`${plural(youtube.search_calls_left, "search", "searches")} left today`);
  if ($("#pulse-text").dataset.said === parts.join()) return;
  $("#pulse-text").dataset.said = parts.join();
  $("#pulse-text").replaceChildren(...parts.map((part) => make("span", {}, part)));
  if (youtube?.resets_at)
    $("#pulse").title =
      `${plural(youtube.usable_keys, "usable key")}. The day's budget is renewed at ${clock.format(new Date(youtube.resets_at))}.`;
}

/** A bar for each of the last 24 hours by the clock, the present one last. */
function showArrivals() {
  const bars = watched()?.arrivals ?? [];
  const sum = bars.reduce((total, count) => total + count, 0);
  const most = Math.max(1, ...bars);
  const spark = $("#spark");
  const hour = (Math.floor(Date.parse(status.checked_at) / 3_600_000) - bars.length + 1) * 3_600_000;
  spark.ariaLabel = `Arrivals of the last 24 hours: ${plural(sum, "new video")}, at most ${number.format(Math.max(0, ...bars))} in an hour`;
  spark.replaceChildren(
    ...bars.map((count, at) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const height = count ? Math.max(3, Math.round((count / most) * 27)) : 1.5;
      for (const [name, value] of Object.entries({ x: at * 6, y: 28 - height, width: 5, height, rx: 1 }))
        bar.setAttribute(name, String(value));
      bar.classList.toggle("none", !count);
      const from = hour + at * 3_600_000;
      const label = document.createElementNS("http://www.w3.org/2000/svg", "title");
      label.textContent = `${clock.format(from)} to ${clock.format(from + 3_600_000)}: ${plural(count, "new video")}`;
      bar.append(label);
      return bar;
    }),
  );
  $("#arrivals-text").textContent = bars.length ? `${number.format(sum)} in 24 h` : "";
}

// ---------------------------------------------------------------- the clock of the page

let failures = 0;
let timer = 0;

/** Seconds until the next look: when the next poll should be through, and longer after each failure. */
function pause() {
  if (failures) return Math.min(300, 5 * 2 ** failures);
  const due = watched()?.next_poll_at ? (Date.parse(watched().next_poll_at) - Date.now()) / 1000 + 3 : 15;
  return Math.max(10, Math.min(60, due));
}

/** @param {number} [seconds] */
function schedule(seconds = pause()) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, seconds * 1000);
}

async function look() {
  if (document.hidden || !navigator.onLine) return;
  if (listing.problem && !listing.problem.lasting) await (listing.videos.length ? loadMore() : openListing());
  const results = await Promise.allSettled([refreshStatus(), lookForNew()]);
  failures = results.some(({ status: outcome }) => outcome === "rejected") ? failures + 1 : 0;
  schedule();
}

/** @param {Problem} problem */
function retryLater(problem) {
  failures += 1;
  schedule(problem.retryAfter || Math.min(60, 2 ** failures));
}

/** Lets ages and countdowns go on. */
function tickAges() {
  if (document.hidden) return;
  for (const [index, node] of shelf.nodes) {
    const text = age(shelf.videos[index]);
    const time = $(".when time", node);
    if (time.textContent !== text) time.textContent = text;
  }
}

// ---------------------------------------------------------------- controls

/** Puts the controls into the state of the address. @param {boolean} [typing] whether the search is the reader's to change */
function syncControls(typing = document.activeElement === $("#search")) {
  if (!typing) $("#search").value = state.search;
  $("#live").value = state.live;
  $("#order").value = state.order;
  const size = $("#page-size");
  if (!size.querySelector(`[value="${state.page_size}"]`))
    size.append(new Option(`${state.page_size} a page`, state.page_size));
  size.value = state.page_size;
  for (const id of ["live", "order", "page-size"])
    $(`#${id}`)
      .closest(".chip")
      .classList.toggle("on", $(`#${id}`).value !== DEFAULTS[id.replace("-", "_")]);
  for (const button of $$("[data-view]")) button.ariaPressed = String(button.dataset.view === state.view);
  for (const head of $$("th[data-sort]")) {
    const name = head.dataset.sort;
    head.ariaSort = state.sort === name ? "ascending" : state.sort === `-${name}` ? "descending" : "none";
  }
  $("#feed-link").href = `${HOME}videos.atom${feedParameters()}`;
  $("#docs-link").href = `${HOME}docs`;
  syncDates();
  showChannel();
  if (status) showTabs();
  showTitle();
}

function feedParameters() {
  const parameters = listingParameters({ ...state, range: "" });
  parameters.delete("page_size");
  return parameters.size ? `?${parameters}` : "";
}

function syncDates() {
  const from = state.published_after ? Date.parse(state.published_after) : NaN;
  const to = state.published_before ? Date.parse(state.published_before) - 1000 : NaN;
  $("#from").value = from ? dayOf(from) : "";
  $("#to").value = to ? dayOf(to) : "";
  for (const button of $$("[data-range]"))
    button.ariaPressed = String(button.dataset.range === state.range && !(from || to));
  const chosen = $(`[data-range="${state.range}"]`).textContent;
  const both = from && to ? [...new Set([day.format(from), day.format(to)])].join(" – ") : "";
  $("#dates-label").textContent =
    both || (from ? `Since ${day.format(from)}` : to ? `Until ${day.format(to)}` : chosen);
  $("#dates-button").classList.toggle("on", Boolean(state.range || from || to));
}

function showChannel() {
  const chip = $("#channel-chip");
  chip.hidden = !state.channel_id;
  const named = listing.videos.find((video) => video.channel_id === state.channel_id) ?? known;
  if (named?.channel_id === state.channel_id) known = named;
  const name = known?.channel_id === state.channel_id ? known.channel_title : state.channel_id;
  $("bdi", chip).textContent = name;
  chip.ariaLabel = `Only channel ${name}, show all channels`;
}
/** The last channel that was filtered by, to name it where no video does. @type {{channel_id: string | null, channel_title: string} | undefined} */
let known;

/** Local midnight that a date field names, in UTC. @param {string} value @param {number} days later */
function midnight(value, days) {
  if (!value) return "";
  const [year, month, date] = value.split("-").map(Number);
  return timestamp(new Date(year, month - 1, date + days).getTime());
}

/** Sets one end of the time shown, and frees the other if the two contradict. @param {Partial<State>} end @param {string} other */
function goToDates(end, other) {
  const next = { ...state, ...end };
  const reversed = next.published_after && next.published_before && next.published_after >= next.published_before;
  go({ range: "", watch: "", ...end, ...(reversed ? { [other]: "" } : {}) });
}

let typing = 0;
let typed = false;

/** Searches a moment after the last key; all keys of one word are one step of the history. */
function onType() {
  clearTimeout(typing);
  const said = $("#search").value.trim();
  // The API takes no search without a word of two letters.
  const search = /[\p{L}\p{N}\p{M}]{2}/u.test(said) ? said : "";
  typing = setTimeout(() => {
    if (search === state.search) return;
    go({ search, watch: "" }, typed);
    typed = true;
  }, 200);
}

function onSearchKey(event) {
  const field = $("#search");
  if (event.key === "ArrowDown" && shelf.videos.length) {
    event.preventDefault();
    shelf.focus(shelf.rowAt(Math.max(0, shelf.scrolled + masthead())) * shelf.columns);
  } else if (event.key === "Escape") {
    event.preventDefault();
    if (!field.value) return field.blur();
    field.value = "";
    onType();
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key === "Escape" && state.watch && !$("#help").open && !$("#dates").matches(":popover-open"))
    return leavePlayer();
  if (target.closest("input, select, textarea, dialog")) return;
  if ($("#single-keys").checked && (event.key === "/" || event.key === "?")) {
    event.preventDefault();
    if (event.key === "/") $("#search").select();
    if (event.key === "/") $("#search").focus();
    else $("#help").showModal();
    return;
  }
  const item = /** @type {HTMLElement | null} */ (target.closest("[data-index]"));
  const to = item ? neighbour(event.key, Number(item.dataset.index)) : null;
  if (to === null) return onTabKey(event, target);
  event.preventDefault();
  if (to < 0) $("#search").focus();
  else if (to < shelf.videos.length || sorted()) shelf.focus(to);
  else
    loadMore().then(() => {
      if (document.activeElement === target) shelf.focus(to);
    });
}

/** Where an arrow leads from a video; -1 is above the first row. @returns {number | null} */
function neighbour(key, index) {
  const { columns, videos } = shelf;
  if (key === "ArrowRight") return index + 1;
  if (key === "ArrowLeft") return Math.max(0, index - 1);
  if (key === "ArrowDown") return index + columns;
  if (key === "ArrowUp") return index - columns < 0 ? -1 : index - columns;
  if (key === "Home") return 0;
  if (key === "End") return videos.length - 1;
  return null;
}

/** Left and right lead from tab to tab. */
function onTabKey(event, target) {
  const tab = target.closest("#tabs a");
  const to =
    event.key === "ArrowRight"
      ? tab?.nextElementSibling
      : event.key === "ArrowLeft"
        ? tab?.previousElementSibling
        : null;
  if (!to) return;
  event.preventDefault();
  to.focus();
}

const plain = (/** @type {MouseEvent} */ event) =>
  !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

/** Clicks with a modifier stay the browser's: they open YouTube, or a tab of their own. @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const channel = /** @type {HTMLElement | null} */ (target.closest("button.channel"));
  if (channel) {
    known = { channel_id: channel.dataset.channel, channel_title: channel.textContent };
    return go({ channel_id: channel.dataset.channel, watch: "" });
  }
  const link = /** @type {HTMLElement | null} */ (target.closest("a[data-watch], #tabs a, .brand"));
  if (!link || !plain(event)) return;
  event.preventDefault();
  if (link.dataset.watch) return go({ watch: link.dataset.watch === state.watch ? "" : link.dataset.watch });
  if (link.dataset.query)
    return go({
      query: link.dataset.query === status.queries[0].query ? "" : link.dataset.query,
      channel_id: "",
      watch: "",
    });
  go({ ...DEFAULTS, view: state.view, page_size: state.page_size });
}

/** A column's first click sorts upwards, the second downwards, the third gives the server's order back. */
function onSort(name) {
  go({ sort: state.sort === name ? `-${name}` : state.sort === `-${name}` ? "" : name });
}

function placeDates() {
  const box = $("#dates-button").getBoundingClientRect();
  const popover = $("#dates");
  popover.style.top = `${box.bottom + 8}px`;
  popover.style.left = `${Math.max(12, Math.min(box.left, document.documentElement.clientWidth - popover.offsetWidth - 12))}px`;
}

function listen() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  $("#search").addEventListener("input", onType);
  $("#search").addEventListener("keydown", onSearchKey);
  $("#search").addEventListener("blur", () => {
    typed = false;
  });
  $("#search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    onType();
  });
  for (const id of ["live", "order", "page-size"]) {
    $(`#${id}`).addEventListener("change", ({ target }) => go({ [id.replace("-", "_")]: target.value, watch: "" }));
  }
  for (const button of $$("[data-view]")) button.onclick = () => go({ view: button.dataset.view });
  for (const head of $$("th[data-sort]")) $("button", head).onclick = () => onSort(head.dataset.sort);
  $("#channel-chip").onclick = () => go({ channel_id: "", watch: "" });
  $("#more-button").onclick = () => loadMore();
  $("#fresh").onclick = (event) => {
    showPending();
    if (!event.detail) shelf.focus(0);
  };
  $("#dates").addEventListener("toggle", (event) => {
    if (event.newState === "open") placeDates();
  });
  for (const button of $$("[data-range]")) {
    button.onclick = () => {
      $("#dates").hidePopover();
      go({ range: button.dataset.range, published_after: "", published_before: "", watch: "" });
    };
  }
  $("#from").onchange = ({ target }) => goToDates({ published_after: midnight(target.value, 0) }, "published_before");
  $("#to").onchange = ({ target }) => goToDates({ published_before: midnight(target.value, 1) }, "published_after");
  $("#help-button").onclick = () => $("#help").showModal();
  $("#help-close").onclick = () => $("#help").close();
  $("#help").onclick = (event) => {
    if (event.target === event.currentTarget) event.target.close();
  };
  $("#single-keys").checked = localStorage.getItem("single-keys") !== "off";
  $("#single-keys").onchange = ({ target }) => localStorage.setItem("single-keys", target.checked ? "on" : "off");
  addEventListener("popstate", () => show(readAddress(), true));
  addEventListener("online", () => {
    showConnection();
    failures = 0;
    look();
  });
  addEventListener("offline", showConnection);
  document.addEventListener("visibilitychange", () => schedule(document.hidden ? 0 : 0.5));
  setInterval(() => {
    if (!document.hidden) showPulse();
  }, 1000);
  setInterval(tickAges, 10_000);
}

function showConnection() {
  shelf.keepPlace(() => {
    $("#offline").hidden = navigator.onLine;
  });
}

// ---------------------------------------------------------------- going from state to state

/** Listings left behind, for the way back: by history entry, the last eight. */
const left = new Map();
let entry = 0;

function remember() {
  left.delete(entry);
  left.set(entry, { listing, scroll: scrollY });
  if (left.size > 8) left.delete(left.keys().next().value);
}

/** @param {Partial<State>} changes @param {boolean} [replace] whether the present step of the history is rewritten */
function go(changes, replace = false) {
  const next = { ...state, ...changes };
  if (addressOf(next) === addressOf(state)) return;
  remember();
  if (!replace) entry = Date.now();
  const opened = Boolean(next.watch && (replace ? history.state?.opened : !state.watch));
  history[replace ? "replaceState" : "pushState"]({ entry, opened }, "", addressOf(next));
  show(next);
}

/** @param {State} next @param {boolean} [back] whether the reader came by the history */
function show(next, back = false) {
  const before = state;
  if (back) {
    remember();
    entry = history.state?.entry ?? 0;
  }
  state = next;
  syncControls(back ? false : undefined);
  const kept = back ? left.get(entry) : undefined;
  if (listingKey(next) !== listing.key) {
    if (kept?.listing.key === listingKey(next) && kept.listing.loaded) {
      abandon();
      document.body.classList.remove("loading");
      pending = null;
      useListing(kept.listing, kept.scroll);
      showFresh();
      schedule(1);
    } else openListing();
  } else if (next.view !== before.view || next.sort !== before.sort) {
    shelf.keepPlace(() => shelf.show(ordered(), state.view));
    syncPlayer();
    showEnds();
  } else syncPlayer();
}

async function start() {
  history.scrollRestoration = "manual";
  entry = history.state?.entry ?? 0;
  showConnection();
  listen();
  syncControls();
  await openListing();
  await refreshStatus().catch(() => {});
  schedule();
}

start();
