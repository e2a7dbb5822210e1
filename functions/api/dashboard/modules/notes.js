// The lines above the videos: by which counts they are in order, what the table's own order is of, how many are hidden.

import { go, present } from "./address.js";
import { $, make } from "./elements.js";
import { exactly, moment, number, plural } from "./format.js";
import * as listing from "./listing.js";
import { ofPeriod } from "./period.js";
import { keepPlace } from "./shelf.js";

const order = $("#order-note");
const hidden = $("#hidden-note");
const reveal = $("button", hidden);

/** Listens to the reader from now on. */
export function listen() {
  reveal.onclick = () => go({ hidden: present().hidden ? "" : "shown" });
}

/** Says what is to be known of the videos that are shown, and of those that are not. */
export function show() {
  const parts = aboutOrder();
  const words = aboutHidden();
  const text = parts.map((part) => (typeof part === "string" ? part : part.textContent)).join("");
  if (order.textContent === text && $("span", hidden).textContent === words) return;
  keepPlace(() => {
    order.hidden = !text;
    order.replaceChildren(...parts);
    hidden.hidden = !words;
    $("span", hidden).textContent = words;
    reveal.textContent = present().hidden ? "Hide them again" : "Show them";
  });
}

function aboutOrder() {
  const state = present();
  /** @type {(Node | string)[]} */
  const parts = [];
  const at = state.order === "views" && listing.asOf();
  if (at) {
    const time = make("time", { dateTime: at, title: exactly(at), textContent: moment(at) });
    parts.push(`The most viewed videos ${ofPeriod(state)}, at most 500, by their view counts of `, time, ". ");
  }
  if (/^(long|short)est$/.test(state.order)) parts.push("Only videos whose duration is known. ");
  if (listing.sorted()) parts.push(`The table's own order is of the ${plural(listing.count(), "loaded video")} only.`);
  return parts;
}

function aboutHidden() {
  const count = listing.hidden();
  if (!count || !listing.count()) return "";
  const are = count === 1 ? "is" : "are";
  return present().hidden
    ? `${number(count)} of the loaded videos ${are} hidden, and shown for now.`
    : `${number(count)} of the loaded videos ${are} hidden in this browser.`;
}
