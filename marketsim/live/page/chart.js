// One chart: two lines over the weeks, a solid and b dashed, each labelled at its end.

import { html, mark, rem, svg } from "./dom.js";
import { digits, known, number, said } from "./words.js";

const ROUND = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 25, 50, 100]; // times a power of ten: steps between marks

export class Chart {
  /** @param {Measure} measure */
  constructor(measure) {
    this.measure = measure;
    this.lines = ["a", "b"].map((letter) => svg("path", { class: `of-${letter}` }));
    this.ends = ["a", "b"].map((letter) => svg("text", { class: `end-${letter}`, text: letter }));
    this.grid = svg("g", { class: "grid" });
    this.picture = svg("svg", { role: "img" }, this.grid, ...this.lines, ...this.ends);
    const title = html("figcaption", {}, html("b", { text: measure.label }), `, ${measure.unit}`);
    this.node = html("figure", { class: "chart" }, title, this.picture);
    this.low = Infinity;
    this.high = -Infinity;
    this.box = { width: 220, height: 150, left: 40, right: 16, top: 12, bottom: 28 };
    this.gridOf = "";
    /** @type {Mark[]} */
    this.shown = [];
    this.last = 1;
    /** @type {(() => void) | null} */
    this.anew = null;
    this.text = rem();
    new ResizeObserver(([{ contentRect: { width, height } }]) => this.resize(width, height)).observe(this.picture);
  }

  /**
   * Is told of its size, and doesn't ask for it every week.
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.text = rem();
    if (width > 40 && height > 40) Object.assign(this.box, { width, height });
    this.anew?.();
  }

  /**
   * @param {[Value[], Value[]]} past
   * @param {number} last the week in which the run ends
   * @param {Mark[]} weeks marks below
   */
  draw(past, last, weeks) {
    this.anew = () => this.paint(past, last, weeks);
    this.paint(past, last, weeks);
  }

  /**
   * @param {[Value[], Value[]]} past
   * @param {number} last
   * @param {Mark[]} weeks
   */
  paint(past, last, weeks) {
    this.last = Math.max(last, 1);
    this.reach(past);
    const marks = this.marks();
    this.measureBox(marks);
    this.frame(marks, weeks);
    const ends = past.map((values, market) => this.line(values, market));
    this.label(ends);
    mark(this.picture, "aria-label", this.words(past));
  }

  /**
   * The values between which the chart reaches: it widens, but never jumps back.
   * @param {[Value[], Value[]]} past
   */
  reach(past) {
    for (const values of past) {
      for (const value of values) {
        if (!known(value)) continue;
        const shown = value * this.measure.factor;
        if (shown < this.low) this.low = shown;
        if (shown > this.high) this.high = shown;
      }
    }
  }

  /** Two or three round marks that hold all values; from 0 on where that costs little. @returns {Mark[]} */
  marks() {
    if (this.low > this.high) return [];
    const low = this.low >= 0 && this.low < 0.6 * this.high ? 0 : this.low;
    const spread = Math.max(this.high - low, Math.abs(this.high) * 0.02, 10 ** -this.measure.digits);
    const { from, step, times } = cover(low, low + spread, this.measure.digits);
    const fine = digits(Number(step.toPrecision(6)));
    return [...Array(times + 1).keys()].map((row) => from + row * step).map((value) => ({ value, text: number(value, fine) }));
  }

  /** @param {Mark[]} marks */
  measureBox(marks) {
    const text = this.text;
    const letters = Math.max(1, ...marks.map(({ text: words }) => words.length));
    Object.assign(this.box, { left: letters * text * 0.65 + 8, right: text * 0.9, top: text * 0.6, bottom: text * 1.4 });
  }

  /** @param {number} week */
  x(week) {
    const { width, left, right } = this.box;
    return left + ((width - left - right) * week) / this.last;
  }

  /**
   * @param {number} value as shown
   * @param {Mark[]} marks
   */
  y(value, marks) {
    const { height, top, bottom } = this.box;
    const [from, to] = [marks[0].value, marks[marks.length - 1].value];
    return height - bottom - ((height - top - bottom) * (value - from)) / (to - from || 1);
  }

  /**
   * Grid and marks, made anew only when they change.
   * @param {Mark[]} marks
   * @param {Mark[]} weeks
   */
  frame(marks, weeks) {
    const of = JSON.stringify([marks, weeks, this.box, this.last]);
    this.shown = marks;
    if (of === this.gridOf) return;
    this.gridOf = of;
    const { width, height, left, right, bottom } = this.box;
    mark(this.picture, "viewBox", `0 0 ${width} ${height}`);
    const rows = marks.flatMap(({ value, text }) => {
      const y = this.y(value, marks);
      return [svg("path", { d: `M${left} ${y}H${width - right}` }), svg("text", { x: left - 6, y: y + this.text * 0.35, "text-anchor": "end", text })];
    });
    const columns = this.below(weeks).map(({ value, text }) => {
      return svg("text", { x: this.x(value), y: height - 4, "text-anchor": this.anchor(value), text });
    });
    const ticks = weeks.map(({ value }) => svg("path", { d: `M${this.x(value)} ${height - bottom}v5` }));
    this.grid.replaceChildren(...rows, ...ticks, ...columns);
  }

  /**
   * Those marks of weeks for which there is room.
   * @param {Mark[]} weeks
   */
  below(weeks) {
    let free = -Infinity;
    return weeks.filter(({ value, text }) => {
      if (!text) return false;
      const width = text.length * this.text * 0.66;
      const left = this.x(value) - width * { start: 0, middle: 0.5, end: 1 }[this.anchor(value)];
      if (left < free || left + width > this.box.width + 2) return false;
      free = left + width + this.text * 0.4;
      return true;
    });
  }

  /**
   * On which side of a mark its words stand: inside at both ends.
   * @param {number} week
   */
  anchor(week) {
    if (week < this.last * 0.05) return "start";
    return week > this.last * 0.95 ? "end" : "middle";
  }

  /**
   * Draws a line; where it ends.
   * @param {Value[]} values
   * @param {number} market
   */
  line(values, market) {
    const marks = this.shown;
    let path = "";
    let pen = "M";
    let end = null;
    for (let week = 0; week < values.length; week += 1) {
      const value = values[week];
      if (!known(value)) {
        pen = "M";
        continue;
      }
      end = { x: this.x(week + 1), y: this.y(value * this.measure.factor, marks) };
      path += `${pen}${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
      pen = "L";
    }
    mark(this.lines[market], "d", path);
    return end;
  }

  /** @param {({ x: number, y: number } | null)[]} ends */
  label(ends) {
    const [a, b] = ends;
    const apart = this.text * 0.85;
    const near = a && b && Math.abs(a.y - b.y) < apart;
    ends.forEach((end, market) => {
      const node = this.ends[market];
      mark(node, "display", end ? "inline" : "none");
      if (!end) return;
      let y = end.y;
      if (near) y = (a.y + b.y) / 2 + (apart / 2) * ((market === 0) === (a.y <= b.y) ? -1 : 1);
      mark(node, "x", (end.x + 3).toFixed(1));
      mark(node, "y", (y + this.text * 0.3).toFixed(1));
    });
  }

  /** @param {[Value[], Value[]]} past */
  words(past) {
    const last = past.map((values) => said(values[values.length - 1], this.measure));
    return `${this.measure.label}, ${this.measure.unit}, by week: a is now ${last[0]}, b ${last[1]}.`;
  }

  /** Of one line only: it needs no letter. */
  lonely() {
    for (const end of this.ends) end.replaceChildren();
  }
}

/**
 * The closest round cover of a stretch by one or two steps.
 * @param {number} low
 * @param {number} high
 * @param {number} fine digits that steps may have
 */
function cover(low, high, fine) {
  const least = 10 ** -fine;
  let best = { from: low, step: high - low, times: 1, span: Infinity };
  const power = 10 ** Math.floor(Math.log10((high - low) / 2));
  for (const step of ROUND.map((times) => times * power)) {
    if (step < least || Math.abs(step / least - Math.round(step / least)) > 1e-6) continue; // halves of whole things
    const from = Math.floor(low / step + 1e-9) * step;
    const times = Math.max(1, Math.ceil((high - from) / step - 1e-9));
    if (times <= 2 && times * step < best.span * (1 - 1e-9)) best = { from, step, times, span: times * step };
  }
  return best;
}
