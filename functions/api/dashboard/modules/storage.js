// What this browser keeps for the page. One that keeps nothing, or has no room left, breaks nothing.

/** @param {string} name @returns {string | null} null for nothing */
export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Gives whether it is kept. @param {string} name @param {string} text */
export function keep(name, text) {
  try {
    localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
