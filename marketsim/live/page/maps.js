// Both maps, coloured by one measure in the same classes; what the colours mean; the values of one authority in words.

import { Classes, CLASSES } from "./classes.js";
import { badge, find, html, write } from "./dom.js";
import { MarketMap } from "./map.js";
import { remember, remembered } from "./place.js";
import { digits, known as isKnown, number, percent, said } from "./words.js";

export class Maps {
  /** @param {Send} send */
  constructor(send) {
    this.send = send;
    const pointed = (/** @type {number} */ row) => this.point(row);
    const picked = (/** @type {number} */ row) => this.pick(row);
    this.maps = ["a", "b"].map((letter) => new MarketMap(find(SVGSVGElement, `map-${letter}`), pointed, picked));
    this.measures = find(HTMLSelectElement, "measure");
    this.areas = find(HTMLSelectElement, "area");
    this.legend = find(HTMLUListElement, "legend");
    this.readout = new Readout(find(HTMLElement, "values"));
    /** @type {Map<string, Classes>} by the name of a measure */
    this.classes = new Map();
    this.world = "";
    this.legendOf = "";
    this.drawn = -1; // the week whose lines were shown last
    this.pointed = -1;
    this.asked = "";
    /** @type {Known | null} */
    this.known = null;
    this.measures.addEventListener("change", () => this.choose(this.measures.value));
    this.areas.addEventListener("change", () => this.pick(this.areas.selectedIndex - 1));
  }

  /** @param {string} measure */
  choose(measure) {
    remember("map", measure);
    this.send({ do: "show", measure });
  }

  /** @param {Known} known */
  state(known) {
    const { state, tick } = known;
    this.known = known;
    for (const { letter, label } of state.markets) write(find(HTMLElement, `label-${letter}`), label);
    const world = JSON.stringify([state.world, state.markets.map((one) => one.label)]);
    if (world !== this.world) this.begin(known);
    this.world = world;
    if (this.drawn > tick.week) this.drawn = -1;
    fill(this.measures, state.measures.map(({ name, label }) => [name, label]));
    this.measures.value = tick.measure;
    this.again(known);
  }

  /**
   * The room knows nothing of what this page was shown before: ask for it again.
   * @param {Known} known
   */
  again({ state, tick }) {
    const wanted = remembered("map");
    if (wanted === tick.measure || !state.measures.some(({ name }) => name === wanted)) return;
    if (this.asked === wanted) return; // it was asked for and not given: not in circles
    this.asked = wanted;
    this.send({ do: "show", measure: wanted });
  }

  /** The line is new: what was asked on the old one is forgotten there. */
  forget() {
    this.asked = "";
  }

  /** @param {Known} known */
  begin({ state }) {
    this.classes.clear();
    this.legendOf = "";
    this.drawn = -1;
    for (const map of this.maps) map.build(state.world);
    fill(this.areas, [["", "Authority…"], ...state.world.areas.map(({ code, name }) => /** @type {[string, string]} */ ([code, name]))]);
    this.pick(-1);
  }

  /** @param {Known} known */
  draw(known) {
    const { tick } = known;
    const measure = known.state.measures.find(({ name }) => name === tick.measure);
    if (!measure) return;
    const classes = this.classesOf(measure);
    classes.fit([...tick.map[0], ...tick.map[1]]);
    this.explain(measure, classes);
    this.maps.forEach((map, market) => {
      map.colour(tick.map[market], classes);
      map.describe(described(known, measure, market));
      if (tick.week !== this.drawn) map.moves.show(tick.lines[market], map.layout, !known.state.world.cells, known.state.speed);
    });
    this.drawn = tick.week;
    if (this.measures !== document.activeElement) this.measures.value = tick.measure;
    this.tell(known, measure);
  }

  /** @param {Measure} measure */
  classesOf(measure) {
    const found = this.classes.get(measure.name) ?? new Classes(measure.factor, percent(measure) ? 100 : Infinity);
    this.classes.set(measure.name, found);
    return found;
  }

  /**
   * @param {Measure} measure
   * @param {Classes} classes
   */
  explain(measure, classes) {
    const of = `${measure.name} ${classes.bounds}`;
    if (of === this.legendOf) return;
    this.legendOf = of;
    const words = ranges(classes, measure);
    this.legend.replaceChildren(
      ...words.map((text, row) => html("li", { class: `class-${row}`, text })),
      html("li", { class: "class-5" }, html("span", { text: "too few" })),
    );
    this.legend.title = `${measure.meaning} Lines: children placed this week, thick where they go, thin where they come from.`;
  }

  /** @param {number} row */
  point(row) {
    if (row === this.pointed) return;
    this.pointed = row;
    this.now();
  }

  /** @param {number} row */
  pick(row) {
    this.areas.selectedIndex = row + 1;
    for (const map of this.maps) map.ring(row);
    this.now();
  }

  now() {
    const measure = this.known?.state.measures.find(({ name }) => name === this.known?.tick.measure);
    if (this.known && measure) this.tell(this.known, measure);
  }

  /**
   * @param {Known} known
   * @param {Measure} measure
   */
  tell({ state, tick }, measure) {
    const row = this.pointed >= 0 ? this.pointed : this.areas.selectedIndex - 1;
    const area = state.world.areas[row];
    const values = [0, 1].map((market) => said(tick.map[market][row], measure));
    this.readout.tell(area ? (this.pointed >= 0 ? area.name : "") : null, values, measure.unit);
  }
}

/** The line of words below the maps: its nodes stay. */
class Readout {
  /** @param {HTMLElement} line */
  constructor(line) {
    this.name = html("span");
    this.values = [html("span"), html("span")];
    this.hint = html("span", { class: "quiet", text: "" });
    this.unit = html("span");
    this.said = html("span", { hidden: "" }, this.name, badge(0), this.values[0], badge(1), this.values[1], this.unit);
    line.replaceChildren(this.hint, this.said);
  }

  /**
   * @param {string | null} name
   * @param {string[]} values
   * @param {string} unit
   */
  tell(name, values, unit) {
    this.hint.hidden = name !== null;
    this.said.hidden = name === null;
    write(this.hint, `In ${unit}. Point at a map, or choose.`);
    if (name === null) return;
    write(this.unit, unit.startsWith("%") ? "" : unit);
    write(this.name, name);
    this.values.forEach((node, market) => write(node, values[market]));
  }
}

/**
 * The words of the five classes.
 * @param {Classes} classes
 * @param {Measure} measure
 */
function ranges({ bounds, step }, measure) {
  if (!bounds.length) return [];
  const fine = digits(Number(step.toPrecision(6)));
  const words = bounds.map((bound) => number(bound, fine));
  const unit = percent(measure);
  return [
    `under ${words[0]}${unit}`,
    ...words.slice(1).map((word, row) => `${words[row]}–${word}${unit}`),
    `${words[CLASSES - 2]}${unit} up`,
  ];
}

/**
 * What a map shows, for those who don't see it.
 * @param {Known} known
 * @param {Measure} measure
 * @param {number} market
 */
function described({ state, tick }, measure, market) {
  const areas = state.world.areas;
  let [low, high] = [-1, -1];
  tick.map[market].forEach((value, row) => {
    if (!isKnown(value)) return;
    if (low < 0 || value < Number(tick.map[market][low])) low = row;
    if (high < 0 || value > Number(tick.map[market][high])) high = row;
  });
  const of = (/** @type {number} */ row) => `${areas[row].name} ${said(tick.map[market][row], measure)}`;
  const ends = low < 0 ? "nothing known yet" : `lowest ${of(low)}, highest ${of(high)}`;
  return `Map of market ${"ab"[market]}: ${measure.label}, ${measure.unit}: ${ends}.`;
}

/**
 * Fills a select, unless it has these already: a list that is open stays open.
 * @param {HTMLSelectElement} select
 * @param {[string, string][]} options
 */
export function fill(select, options) {
  const same = select.options.length === options.length &&
    options.every(([value, text], row) => select.options[row].value === value && select.options[row].text === text);
  if (!same) select.replaceChildren(...options.map(([value, text]) => html("option", { value, text })));
}
