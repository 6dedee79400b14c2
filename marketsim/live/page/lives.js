// What lives are drawn with: pairs of words, tables, bars, and a home's books week by week.

import { Chart } from "./chart.js";
import { marked } from "./charts.js";
import { html, svg } from "./dom.js";
import { known, number } from "./words.js";

/**
 * Pairs of words; those that say nothing are left out.
 * @param {(string | undefined)[][]} rows
 */
export function pairs(rows) {
  const said = rows.filter(([, words]) => words);
  return html("dl", {}, ...said.flatMap(([name, words]) => [html("dt", { text: name ?? "" }), html("dd", { text: words ?? "" })]));
}

/**
 * @param {string} caption
 * @param {string[]} heads
 * @param {(string | Node)[][]} rows
 */
export function table(caption, heads, rows) {
  const head = html("thead", {}, html("tr", {}, ...heads.map((text) => html("th", { scope: "col", text }))));
  const body = html("tbody", {}, ...rows.map((cells) => html("tr", {}, ...cells.map((cell) => html("td", {}, cell)))));
  return html("div", { class: "wide", tabindex: 0, role: "group", "aria-label": caption }, html("table", {}, html("caption", { class: "unseen", text: caption }), head, body));
}

/**
 * Words by how often they were said.
 * @param {string} label
 * @param {Times[]} all
 */
export function bars(label, all) {
  const most = Math.max(1, ...all.map(({ times }) => times));
  const items = all.map(({ words, times }) => {
    const bar = html("i");
    bar.style.width = `${(100 * times) / most}%`;
    const head = html("span", { class: "cause" }, html("span", { text: words }), html("b", { text: number(times) }));
    return html("li", {}, head, html("span", { class: "bar-of", "aria-hidden": "true" }, bar));
  });
  return html("ul", { class: "bars", "aria-label": label }, ...items);
}

/** A home's books: income against cost, and its empty places, by week. The charts last from week to week. */
export class Books {
  constructor() {
    this.money = new Chart(measure("Income and running cost", "GBP a week", 0));
    this.empty = new Chart(measure("Empty places", "that could be filled", 0));
    const key = html("p", { class: "key" }, stroke("a"), html("span", { text: "income" }), stroke("b"), html("span", { text: "running cost" }));
    this.money.node.querySelector("figcaption")?.append(key);
    for (const chart of [this.money, this.empty]) chart.lonely();
    this.node = html("div", { class: "charts books" }, this.money.node, this.empty.node);
  }

  /**
   * @param {Series} series
   * @returns {HTMLElement[]}
   */
  draw({ income_gbp_a_week: income = [], running_cost_gbp_a_week: cost = [], empty_places: empty = [] }) {
    if (!income.some(known)) return [];
    const marks = marked(income.length);
    this.money.draw([income, cost], income.length, marks);
    this.empty.node.hidden = !empty.some(Boolean); // it never stood empty
    this.empty.draw([empty, []], empty.length, marks);
    const last = (/** @type {Value[]} */ all) => number(all[all.length - 1] ?? 0);
    this.money.picture.setAttribute("aria-label", `By week since it is followed: income is now ${last(income)} GBP a week, running cost ${last(cost)}.`);
    this.empty.picture.setAttribute("aria-label", `Empty places by week since it is followed: now ${last(empty)}.`);
    return [this.node];
  }
}

/** @param {string} label @param {string} unit @param {number} digits @returns {Measure} */
function measure(label, unit, digits) {
  return { name: label, label, unit, factor: 1, digits, meaning: "" };
}

/** @param {string} letter */
function stroke(letter) {
  return svg("svg", { class: "stroke", viewBox: "0 0 40 10", "aria-hidden": "true" }, svg("path", { class: `of-${letter}`, d: "M0 5H40" }));
}
