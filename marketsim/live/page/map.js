// One map: a shape an authority, made once for a world; a week changes classes of colour and adds lines.

import { mark, svg } from "./dom.js";
import { hexagon, layout } from "./layout.js";
import { Moves } from "./moves.js";

/** @typedef {import("./classes.js").Classes} Classes */

export class MarketMap {
  /**
   * @param {SVGSVGElement} picture
   * @param {(row: number) => void} pointed told the row of the authority under the pointer, or -1
   * @param {(row: number) => void} picked
   */
  constructor(picture, pointed, picked) {
    this.picture = picture;
    this.cells = svg("g");
    this.names = svg("g", { class: "names" });
    const lines = svg("g", { class: "lines" });
    picture.replaceChildren(hatching(picture.id), this.cells, lines, this.names);
    this.moves = new Moves(lines);
    /** @type {World | null} */
    this.world = null;
    /** @type {Layout} */
    this.layout = { points: [], radius: 0, names: [] };
    /** @type {SVGElement[]} */
    this.shapes = [];
    /** @type {number[]} */
    this.classes = [];
    this.picked = -1;
    const row = (/** @type {Event} */ event) =>
      event.target instanceof SVGElement ? this.shapes.indexOf(event.target) : -1;
    picture.addEventListener("pointermove", (event) => pointed(row(event)));
    picture.addEventListener("pointerleave", () => pointed(-1));
    picture.addEventListener("click", (event) => row(event) >= 0 && picked(row(event)));
    new ResizeObserver(() => this.lay()).observe(picture);
  }

  /** @param {World} world */
  build(world) {
    this.world = world;
    this.moves.clear();
    this.shapes = world.areas.map((area) => svg(world.cells ? "polygon" : "circle", { "data-code": area.code }));
    this.classes = world.areas.map(() => -1);
    this.cells.replaceChildren(...this.shapes);
    this.lay();
  }

  /** Puts all in place: when the world is new, and when the picture has another size. */
  lay() {
    const { width, height } = this.picture.getBoundingClientRect();
    if (!this.world || width < 10 || height < 10) return;
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.layout = layout(this.world, width, height);
    this.moves.clear();
    this.shapes.forEach((shape, row) => this.put(shape, row));
    this.names.replaceChildren(
      ...this.layout.names.flatMap((name) =>
        name ? [svg("text", { x: name.x, y: name.y, "text-anchor": name.anchor, text: name.text })] : [],
      ),
    );
  }

  /**
   * @param {SVGElement} shape
   * @param {number} row
   */
  put(shape, row) {
    const point = this.layout.points[row];
    if (shape instanceof SVGPolygonElement) shape.setAttribute("points", hexagon(point, this.layout.radius));
    else for (const [name, value] of Object.entries({ cx: point.x, cy: point.y, r: this.layout.radius })) {
      shape.setAttribute(name, value.toFixed(1));
    }
  }

  /**
   * @param {Value[]} values
   * @param {Classes} classes
   */
  colour(values, classes) {
    this.shapes.forEach((shape, row) => {
      const found = classes.of(values[row]);
      if (this.classes[row] === found) return;
      this.classes[row] = found;
      shape.setAttribute("class", `class-${found}`);
      if (found === 5) shape.setAttribute("fill", `url(#hatch-${this.picture.id})`);
    });
  }

  /** @param {string} words */
  describe(words) {
    mark(this.picture, "aria-label", words);
  }

  /**
   * Rings an authority, on top of its neighbours.
   * @param {number} row
   */
  ring(row) {
    this.shapes[this.picked]?.removeAttribute("data-ringed");
    this.picked = row;
    const shape = this.shapes[row];
    if (!shape) return;
    shape.setAttribute("data-ringed", "");
    this.cells.append(shape);
  }
}

/**
 * The pattern of authorities of whom nothing is known.
 * @param {string} id
 */
function hatching(id) {
  const stripe = svg("path", { d: "M0 0V6", stroke: "#8A8A8A", "stroke-width": 2.4 });
  const ground = svg("rect", { width: 6, height: 6, fill: "#EDEDED" });
  const turned = { patternUnits: "userSpaceOnUse", width: 6, height: 6, patternTransform: "rotate(45)" };
  return svg("defs", {}, svg("pattern", { id: `hatch-${id}`, ...turned }, ground, stripe));
}
