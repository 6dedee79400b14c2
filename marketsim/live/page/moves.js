// Children placed this week, as thin lines that thicken from where they come from to where they go. They fade within a
// second; where less motion is asked for, the lines of the week stand until the next.

import { svg } from "./dom.js";

const FADE = 1000; // milliseconds, at most
const WEEKS = 3; // that are seen at once: where weeks pass quickly, lines fade quickly
const STEPS = 12; // of fading in a second; where weeks pass quickly, a step a week
const WIDTH = 1.7; // pixels at the thick end, to each side; more where there is room
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Moves {
  /** @param {SVGElement} ground */
  constructor(ground) {
    this.ground = ground;
    /** @type {{ path: SVGPathElement, born: number }[]} */
    this.alive = [];
    /** @type {SVGPathElement[]} paths that are done with, for the next weeks */
    this.spare = [];
    this.span = FADE;
    this.last = 0;
    this.running = false;
  }

  clear() {
    while (this.alive.length) this.bury(0);
  }

  /**
   * @param {[number, number][]} lines
   * @param {Layout} layout
   * @param {boolean} apart whether authorities are circles, from rim to rim of which lines lead
   * @param {number} speed weeks a second
   */
  show(lines, { points, radius }, apart, speed) {
    this.span = Math.max(250, Math.min(FADE, (1000 * WEEKS) / speed));
    if (still.matches) this.clear();
    const shape = lines.map(([from, to]) => wedge(points[from], points[to], apart ? radius : 0)).join("");
    if (!shape) return;
    const path = this.spare.pop() ?? this.ground.appendChild(svg("path", { class: "line" }));
    path.setAttribute("d", shape);
    path.setAttribute("opacity", "1");
    path.removeAttribute("display");
    this.alive.push({ path, born: performance.now() });
    this.paint(performance.now());
    if (!still.matches && !this.running) this.fade();
  }

  fade() {
    this.running = this.alive.length > 0;
    if (!this.running) return;
    requestAnimationFrame((now) => {
      if (now - this.last >= Math.max(1000 / STEPS, this.span / WEEKS + 20)) this.paint(now);
      this.fade();
    });
  }

  /** @param {number} now */
  paint(now) {
    this.last = now;
    while (this.alive.length && now - this.alive[0].born > this.span) this.bury(0);
    for (const { path, born } of this.alive) path.setAttribute("opacity", (1 - (now - born) / this.span).toFixed(2));
  }

  /** @param {number} row */
  bury(row) {
    for (const { path } of this.alive.splice(row, 1)) {
      path.setAttribute("display", "none");
      this.spare.push(path);
    }
  }
}

/**
 * A triangle from a point to a short side; nothing within one authority.
 * @param {Point | undefined} from
 * @param {Point | undefined} to
 * @param {number} rim
 */
function wedge(from, to, rim) {
  if (!from || !to || from === to) return "";
  const [x, y] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(x, y) || 1;
  const [alongX, alongY] = [(x / length) * rim, (y / length) * rim];
  const wide = Math.max(WIDTH, rim / 8) / length;
  const [sideX, sideY] = [-y * wide, x * wide];
  const [endX, endY] = [to.x - alongX, to.y - alongY];
  const at = (/** @type {number} */ one, /** @type {number} */ other) => `${one.toFixed(1)} ${other.toFixed(1)}`;
  return `M${at(from.x + alongX, from.y + alongY)}L${at(endX + sideX, endY + sideY)}L${at(endX - sideX, endY - sideY)}Z`;
}
