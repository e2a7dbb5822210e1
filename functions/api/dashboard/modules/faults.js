// What is wrong with the fields of a form, beside each of them.

import { $$ } from "./elements.js";

/** Shows or takes away what is wrong with a field. @param {HTMLFormElement} form @param {string} name @param {string} text */
export function showFault(form, name, text) {
  const line = form.querySelector(`[data-fault="${name}"]`);
  if (!(line instanceof HTMLElement)) return;
  line.textContent = text;
  line.hidden = !text;
  const field = form.querySelector(`[name="${name}"]`);
  if (text) field?.setAttribute("aria-invalid", "true");
  else field?.removeAttribute("aria-invalid");
}

/** Brings the reader to the first field that is wrong. @param {HTMLFormElement} form */
export function focusFault(form) {
  const first = $$("[aria-invalid]", form)[0];
  const folded = first?.closest("details");
  if (folded) folded.open = true;
  first?.focus();
}

/** @param {HTMLFormElement} form */
export function clearFaults(form) {
  for (const { dataset } of $$("[data-fault]:not([hidden])", form)) showFault(form, dataset.fault ?? "", "");
}
