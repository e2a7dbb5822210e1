// The time whose videos are shown, in words.

import { $ } from "./elements.js";
import { day } from "./format.js";

/** @import { State } from "./address.js" */

/** Its first and last moment in milliseconds, NaN where it has none, and its words. @param {State} state */
export function periodOf({ range, published_after, published_before }) {
  const start = published_after ? Date.parse(published_after) : Number.NaN;
  const end = published_before ? Date.parse(published_before) - 1000 : Number.NaN;
  const both = start && end ? [...new Set([day(start), day(end)])].join(" – ") : "";
  const quick = $(`[data-range="${range}"]`).textContent;
  return { start, end, label: both || (start ? `Since ${day(start)}` : end ? `Until ${day(end)}` : quick) };
}

/** "of the last 7 days", "published since 22 Nov". Without a time chosen, the most viewed are those of seven days. @param {State} state */
export function ofPeriod(state) {
  const { start, end, label } = periodOf(state);
  if (start && end) return `published ${label}`;
  if (start || end) return `published ${label.charAt(0).toLowerCase()}${label.slice(1)}`;
  return `of the ${state.range ? label.toLowerCase() : "last 7 days"}`;
}
