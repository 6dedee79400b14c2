// Why b differs from a: bars of money by cause, which add up to the difference.

import { find, html } from "./dom.js";
import { capital, number, signed } from "./words.js";

/** @param {Why} why */
export function explain(why) {
  if (!why.weeks) return find(HTMLElement, "why").replaceChildren(...why.sentences.map((text) => html("p", { text })));
  const over = why.weeks === 1 ? "the last week" : `the last ${why.weeks} weeks`;
  const than = why.difference < 0 ? "less than a" : "more than a";
  const head = html("p", {}, `In ${over} b spent `, html("b", { text: `${number(Math.abs(why.difference))} GBP a week ${than}` }), ".");
  const reach = Math.max(1, ...why.causes.map(([, value]) => Math.abs(value)), Math.abs(why.difference));
  const rows = why.causes.map(([words, value, more]) => row(words, value, more, reach));
  rows.push(row("In all", why.difference, "", reach, "sum"));
  const sentences = why.sentences.map((text) => html("li", { text }));
  find(HTMLElement, "why").replaceChildren(
    head,
    html("ul", { class: "causes", "aria-label": "Difference in spend by cause, GBP a week" }, ...rows),
    html("ul", { class: "sentences" }, ...sentences),
  );
}

/**
 * @param {string} words
 * @param {number} value
 * @param {string} more
 * @param {number} reach the longest bar
 * @param {string} kind
 */
function row(words, value, more, reach, kind = "") {
  const bar = html("i", { class: value < 0 ? "less" : "more" });
  const length = (50 * Math.abs(value)) / reach;
  bar.style.width = `${length}%`;
  bar.style.left = `${value < 0 ? 50 - length : 50}%`;
  const head = html("span", { class: "cause" }, html("span", { text: capital(words) }), html("b", { text: money(value) }));
  const made = html("li", { class: kind }, head, html("span", { class: "track", "aria-hidden": "true" }, bar));
  if (more) made.append(html("span", { class: "quiet", text: more }));
  return made;
}

/** @param {number} value */
function money(value) {
  return `${signed(value)} GBP`;
}
