// What stands in place of videos: that there are none, or that they could not be had.

import { DEFAULTS, filtered, go, NO_FILTERS, present, showsAll } from "./address.js";
import { $, make } from "./elements.js";
import * as queries from "./queries.js";
import { firstQuery, watched } from "./status.js";

/** @import { Problem } from "./api.js" */
/** @typedef {{ title: string, detail: string, actions: HTMLElement[] }} Words */

const notice = $("#notice");

export function hide() {
  notice.hidden = true;
}

/** @param {Problem} problem @param {() => void} retry */
export function showProblem(problem, retry) {
  const { query, view } = present();
  if (problem.status === 404 && query && !showsAll()) {
    const first = firstQuery();
    const actions = [action("Watch it", () => queries.open(query))];
    if (first) actions.push(action("Show the first query", () => go({ ...DEFAULTS, view })));
    const detail = first ? "Choose one of the watched queries above, or watch this one." : "Nothing else is, either.";
    show({ title: `“${query}” is not watched`, detail, actions });
  } else if (problem.status === 404) {
    const detail = "Name what you want to see, and newsreel looks for its videos.";
    show({ title: "Nothing is watched yet", detail, actions: [action("Add a query", () => queries.open())] });
  } else {
    const actions = [problem.lasting ? action("Clear filters", clearFilters) : action("Try again", retry)];
    show({ title: problem.title, detail: problem.advice, actions });
  }
}

export function showEmpty() {
  if (filtered(present())) {
    const actions = [action("Clear filters", clearFilters)];
    show({ title: "Nothing matches", detail: "No video fits the filters.", actions });
  } else {
    const query = watched()?.query ?? (showsAll() ? "" : present().query);
    const looking = `newsreel is looking${query ? ` for “${query}”` : ""}.`;
    show({ title: "No videos yet", detail: `${looking} Videos appear here by themselves.`, actions: [] });
  }
}

/** @param {number} count */
export function showHidden(count) {
  const actions = [action("Show them", () => go({ hidden: "shown" }))];
  const title = count === 1 ? "The only video here is hidden" : `All ${count} videos here are hidden`;
  show({ title, detail: "You have hidden them in this browser.", actions });
}

/** @param {Words} words */
function show({ title, detail, actions }) {
  // The same words again would be read out again, and take the focus from their buttons.
  if (!notice.hidden && notice.dataset.words === title + detail) return;
  notice.hidden = false;
  notice.dataset.words = title + detail;
  $("h2", notice).textContent = title;
  $("p", notice).textContent = detail;
  $(".notice-actions", notice).replaceChildren(...actions);
}

const clearFilters = () => go(NO_FILTERS);

/** @param {string} textContent @param {() => void} onclick */
const action = (textContent, onclick) => make("button", { type: "button", className: "button", textContent, onclick });
