// What the server says to this page: one line.

import { find, html } from "./dom.js";

const LONGEST = 10_000; // milliseconds that it stands
let forget = 0;

/**
 * One line, until it is closed, another is said, or some seconds have passed.
 * @param {string} words
 */
export function say(words) {
  const bar = find(HTMLElement, "said");
  const close = html("button", { type: "button", text: "Close" });
  const clear = () => bar.replaceChildren();
  close.addEventListener("click", clear);
  bar.replaceChildren(html("span", { text: words }), close);
  clearTimeout(forget);
  forget = window.setTimeout(clear, LONGEST);
}
