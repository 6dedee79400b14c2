// All authorities and their values in both markets: what the maps show, for those who can't see or use them.

import { find, html, write } from "./dom.js";
import { said } from "./words.js";

export class Table {
  constructor() {
    this.table = find(HTMLTableElement, "areas");
    this.caption = html("caption");
    /** @type {[HTMLElement, HTMLElement][]} */
    this.cells = [];
    this.of = "";
    /** @type {Known | null} */
    this.known = null;
    document.addEventListener("shown", () => this.known && this.draw(this.known));
  }

  /** @param {Known} known */
  state({ state }) {
    const of = JSON.stringify(state.world);
    if (of !== this.of) this.build(state.world.areas);
    this.of = of;
  }

  /** @param {Area[]} areas */
  build(areas) {
    const head = ["Authority", "Region", "a", "b"].map((text) => html("th", { scope: "col", text }));
    this.cells = areas.map(() => [html("td"), html("td")]);
    const rows = areas.map(({ name, region }, row) =>
      html("tr", {}, html("th", { scope: "row", text: name }), html("td", { text: region }), ...this.cells[row]),
    );
    this.table.replaceChildren(this.caption, html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
  }

  /** @param {Known} known */
  draw(known) {
    this.known = known;
    const { state, tick } = known;
    const measure = state.measures.find(({ name }) => name === tick.measure);
    if (!measure || this.table.closest("[hidden]")) return;
    write(this.caption, `${measure.label}, ${measure.unit}: what the maps show`);
    this.cells.forEach((pair, row) => {
      pair.forEach((cell, market) => write(cell, said(tick.map[market][row], measure)));
    });
  }
}
