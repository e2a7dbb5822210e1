// The menu of a video: to mark it, to hide it, and to block what is like it.

import { clearTheView } from "./address.js";
import * as blocking from "./blocking.js";
import { $, $$, make } from "./elements.js";
import * as marks from "./marks.js";
import * as shelf from "./shelf.js";
import * as toast from "./toast.js";

/** @import { Video } from "./answers.js" */
/** @typedef {{ label: string, run: () => void, apart?: boolean }} Item */

const GAP = 4;
const MARGIN = 12;

const menu = $("#menu");

/** The button that the menu belongs to. @type {HTMLElement | null} */
let button = null;

/** Listens to the reader from now on. */
export function listen() {
  // Before the browser opens the popover.
  document.addEventListener("click", ({ target }) => {
    const pressed = target instanceof Element ? target.closest(".dots") : null;
    if (pressed instanceof HTMLElement) fill(pressed);
  });
  menu.addEventListener("beforetoggle", (event) => {
    if (event.newState === "open") clearTheView();
  });
  menu.addEventListener("toggle", (event) => {
    const opened = event.newState === "open";
    button?.setAttribute("aria-expanded", String(opened));
    if (!opened) return;
    place();
    $("button", menu).focus({ preventScroll: true });
  });
  menu.addEventListener("keydown", onKey);
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.hidePopover();
  });
}

/** Keeps the menu at its button, and closes it when that is gone. */
export function place() {
  if (!button || !menu.matches(":popover-open")) return;
  if (!button.isConnected) {
    menu.hidePopover();
    return;
  }
  const box = button.getBoundingClientRect();
  const below = box.bottom + GAP;
  const above = box.top - GAP - menu.offsetHeight;
  menu.style.top = `${below + menu.offsetHeight > innerHeight && above > 0 ? above : below}px`;
  const rightmost = document.documentElement.clientWidth - menu.offsetWidth - MARGIN;
  menu.style.left = `${Math.max(MARGIN, Math.min(box.right - menu.offsetWidth, rightmost))}px`;
}

/** @param {HTMLElement} pressed */
function fill(pressed) {
  const item = pressed.closest("[data-index]");
  const video = item instanceof HTMLElement ? shelf.videoAt(Number(item.dataset.index)) : undefined;
  if (!video) return;
  button = pressed;
  menu.ariaLabel = pressed.ariaLabel;
  menu.replaceChildren(
    ...itemsOf(video).flatMap(({ label, run, apart }) => {
      const onclick = () => {
        menu.hidePopover();
        run();
      };
      const made = make("button", { type: "button", role: "menuitem", tabIndex: -1, textContent: label, onclick });
      return apart ? [make("hr"), made] : [made];
    }),
  );
}

/** @param {Video} video @returns {Item[]} */
function itemsOf(video) {
  const id = video.video_id;
  const watched = marks.has("watched", id);
  return [
    {
      label: watched ? "Mark as not watched" : "Mark as watched",
      run: () => marks.set("watched", id, !watched),
    },
    marks.has("hidden", id)
      ? { label: "Hide it no more", run: () => marks.set("hidden", id, false) }
      : { label: "Hide in this browser", run: () => hide(id) },
    ...(video.channel_id
      ? [{ label: `Block channel ${video.channel_title}`, run: () => blocking.blockChannel(video), apart: true }]
      : []),
    { label: "Block a word…", run: () => blocking.blockWord(video), apart: !video.channel_id },
  ];
}

/** @param {string} id */
function hide(id) {
  marks.set("hidden", id, true);
  const run = () => marks.set("hidden", id, false);
  toast.say("Hidden in this browser.", { actions: [{ label: "Undo", run }] });
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const items = [...$$("button", menu)];
  const at = items.findIndex((each) => each.matches(":focus"));
  /** @type {Record<string, number>} */
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key === "Tab") {
    menu.hidePopover();
  } else if (event.key in next) {
    event.preventDefault();
    items.at((next[event.key] ?? 0) % items.length)?.focus();
  }
}
