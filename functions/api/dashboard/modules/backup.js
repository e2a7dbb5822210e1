// The part of the help in which marks are counted, exported, imported and cleared.

import { $, make } from "./elements.js";
import { plural } from "./format.js";
import * as marks from "./marks.js";

const file = $("#marks-file", document, HTMLInputElement);
const said = $("#marks-said");

/** Listens to the reader from now on. */
export function listen() {
  $("#marks-export").onclick = save;
  $("#marks-import").onclick = () => file.click();
  $("#marks-clear").onclick = () => {
    const putBack = marks.clear();
    const undo = make("button", { type: "button", className: "button quiet", textContent: "Undo" });
    undo.onclick = () => {
      putBack();
      say("The marks are there again.");
    };
    say("All marks are gone.", undo);
    undo.focus();
  };
  file.onchange = async () => {
    const [chosen] = file.files ?? [];
    if (chosen) await read(chosen);
    // The same file may be chosen again.
    file.value = "";
  };
}

/** Shows how many marks there are. */
export function show() {
  const [watched, hidden] = [marks.count("watched"), marks.count("hidden")];
  const counts = `${plural(watched, "video")} watched, ${plural(hidden, "video")} hidden`;
  $("#marks-text").textContent = `${counts}. Only this browser knows.`;
  $("#marks-clear", document, HTMLButtonElement).disabled = !(watched || hidden);
}

function save() {
  const href = URL.createObjectURL(new Blob([marks.exported()], { type: "application/json" }));
  make("a", { href, download: "newsreel-marks.json" }).click();
  URL.revokeObjectURL(href);
  say("");
}

/** @param {Blob} chosen */
async function read(chosen) {
  try {
    const { watched, hidden } = marks.take(await chosen.text());
    say(`The file's marks are there: ${plural(watched, "video")} watched, ${plural(hidden, "video")} hidden.`);
  } catch (error) {
    say(error instanceof RangeError ? error.message : "This file could not be read.", "", true);
  }
}

/** @param {string} text @param {Node | string} action */
function say(text, action = "", bad = false) {
  said.classList.toggle("bad", bad);
  said.replaceChildren(text, " ", action);
}
