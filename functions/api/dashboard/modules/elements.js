// The document's elements: finding and making them.

/**
 * The first element that a selector finds.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [root]
 * @param {new () => T} [kind]
 * @returns {T}
 * @throws {TypeError} where there is none, or one of another kind
 */
export function $(selector, root = document, kind = /** @type {any} */ (HTMLElement)) {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new TypeError(`${selector} is not a ${kind.name}`);
}

/**
 * All elements that a selector finds.
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export const $$ = (selector, root = document) =>
  /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(selector));

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {(Node | string)[]} children
 */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/**
 * A copy of what a template holds.
 * @param {string} template its selector
 */
export const stamp = (template) =>
  /** @type {HTMLElement} */ ($("*", $(template, document, HTMLTemplateElement).content).cloneNode(true));

/**
 * Lets a dialog be closed by its button, and by a click beside it.
 * @param {HTMLDialogElement} dialog
 * @param {() => boolean} [keeps] whether a click beside it does not close it for now
 */
export function closable(dialog, keeps = () => false) {
  $(".close", dialog).onclick = () => dialog.close();
  dialog.onclick = ({ target }) => {
    if (target === dialog && !keeps()) dialog.close();
  };
}

/**
 * Says it to a screen reader.
 * @param {string} text
 */
export function announce(text) {
  $("#announcer").textContent = text;
}

/** How much of the screen's top is covered, in pixels. */
export const masthead = () =>
  Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--masthead"));

const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/** @returns {ScrollBehavior} */
export const scrollStyle = () => (reduced.matches ? "instant" : "smooth");
