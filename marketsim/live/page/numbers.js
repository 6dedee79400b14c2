// The big numbers: a, b, and by how much b differs.

import { badge, find, html, write } from "./dom.js";
import { difference, said } from "./words.js";

const ROWS = ["a", "b", "difference"];

export class Numbers {
  constructor() {
    this.table = find(HTMLTableElement, "numbers");
    this.shown = "";
    /** @type {HTMLElement[][]} by row and measure */
    this.cells = [];
  }

  /** @param {Known} known */
  state({ state }) {
    const shown = JSON.stringify(state.numbers);
    if (shown !== this.shown) this.build(state.numbers);
    this.shown = shown;
  }

  /** @param {Measure[]} measures */
  build(measures) {
    const head = html("tr", { role: "row" }, html("th", { role: "columnheader", scope: "col" }, html("span", { class: "unseen", text: "Market" })));
    for (const { label, unit, meaning } of measures) {
      head.append(html("th", { role: "columnheader", scope: "col", title: meaning }, html("b", { text: label }), " ", html("span", { text: unit === "%" ? "" : unit })));
    }
    this.cells = ROWS.map((row) => measures.map(({ name }) => html("td", { role: "cell", id: `number-${row}-${name}` })));
    const rows = ROWS.map((row, at) => html("tr", { role: "row", class: row }, heading(row, at), ...this.cells[at]));
    this.table.tHead?.remove();
    for (const body of this.table.tBodies) body.remove();
    this.table.append(html("thead", { role: "rowgroup" }, head), html("tbody", { role: "rowgroup" }, ...rows));
  }

  /** @param {Known} known */
  draw({ state, tick }) {
    state.numbers.forEach((measure, column) => {
      const [a, b] = [tick.numbers[0][column], tick.numbers[1][column]];
      write(this.cells[0][column], said(a, measure));
      write(this.cells[1][column], said(b, measure));
      write(this.cells[2][column], difference(a, b, measure));
    });
  }
}

/**
 * @param {string} row
 * @param {number} at
 */
function heading(row, at) {
  const made = html("th", { role: "rowheader", scope: "row" });
  made.append(at < 2 ? badge(at) : html("span", { text: "b less a" }));
  if (row === "difference") made.title = "The number of b less that of a";
  return made;
}
