// Where authorities stand on a map, in pixels: cells of a hexagonal lattice, or circles with names around them.

import { rem } from "./dom.js";

/** @typedef {[number, number, number, number]} Box left, top, right, bottom */

const ROW = Math.sqrt(3) / 2; // from row to row of pointy-top hexagons, where columns are 1 apart
const CORNER = 1 / Math.sqrt(3); // from the middle of such a hexagon to its corner

/**
 * @param {World} world
 * @param {number} width
 * @param {number} height
 * @returns {Layout}
 */
export function layout(world, width, height) {
  const at = world.areas.map(({ x, y }) => (world.cells ? { x: x + (Math.abs(y) % 2) / 2, y: y * ROW } : { x, y }));
  if (world.cells) {
    const { points, scale } = fitted(at, width, height, CORNER, 0, 0);
    return { points, radius: scale * CORNER, names: points.map(() => null) };
  }
  const text = rem();
  const { points } = fitted(at, width, height, 0, width * 0.16, text * 2.9);
  const radius = Math.max(5, Math.min(text * 1.5, nearest(points) * 0.3));
  return { points, radius, names: named(world, points, radius, text, [0, 0, width, height]) };
}

/**
 * Points moved and scaled into a picture, with a rim in their own measure and one in pixels.
 * @param {Point[]} at
 * @param {number} width
 * @param {number} height
 * @param {number} rim
 * @param {number} padX
 * @param {number} padY
 */
function fitted(at, width, height, rim, padX, padY) {
  const xs = at.map((one) => one.x);
  const ys = at.map((one) => one.y);
  const [left, right] = [Math.min(...xs) - rim, Math.max(...xs) + rim];
  const [top, bottom] = [Math.min(...ys) - rim, Math.max(...ys) + rim];
  const fits = [(width - 2 * padX - 2) / (right - left), (height - 2 * padY - 2) / (bottom - top)];
  const finite = fits.filter((one) => Number.isFinite(one) && one > 0);
  const scale = finite.length ? Math.min(...finite) : 1;
  const points = at.map(({ x, y }) => ({
    x: width / 2 + (x - (left + right) / 2) * scale,
    y: height / 2 + (y - (top + bottom) / 2) * scale,
  }));
  return { points, scale };
}

/** @param {Point[]} points */
function nearest(points) {
  let least = Infinity;
  points.forEach((one, row) => {
    for (const other of points.slice(row + 1)) least = Math.min(least, Math.hypot(one.x - other.x, one.y - other.y));
  });
  return least;
}

/**
 * The name of each circle below, above, right or left of it; none where there is no room: the list below has them all.
 * @param {World} world
 * @param {Point[]} points
 * @param {number} radius
 * @param {number} text
 * @param {Box} ground
 */
function named(world, points, radius, text, ground) {
  /** @type {Box[]} */
  const taken = points.map(({ x, y }) => [x - radius, y - radius, x + radius, y + radius]);
  return world.areas.map((area, row) => {
    const half = area.name.length * text * 0.27;
    const found = places(points[row], radius, text, half).find(({ box }) => free(box, taken, ground));
    if (!found) return null;
    taken.push(found.box);
    return { x: found.x, y: found.y, text: area.name, anchor: found.anchor };
  });
}

/**
 * @param {Point} point
 * @param {number} radius
 * @param {number} text
 * @param {number} half
 * @returns {(Point & { anchor: string, box: Box })[]}
 */
function places({ x, y }, radius, text, half) {
  const gap = 4;
  const [above, below] = [y - radius - gap - text * 0.25, y + radius + gap + text * 0.8];
  const beside = y + text * 0.35;
  const box = (/** @type {number} */ left, /** @type {number} */ base) =>
    /** @type {Box} */ ([left, base - text * 0.8, left + 2 * half, base + text * 0.25]);
  return [
    { x, y: below, anchor: "middle", box: box(x - half, below) },
    { x, y: above, anchor: "middle", box: box(x - half, above) },
    { x: x + radius + gap, y: beside, anchor: "start", box: box(x + radius + gap, beside) },
    { x: x - radius - gap, y: beside, anchor: "end", box: box(x - radius - gap - 2 * half, beside) },
  ];
}

/**
 * @param {Box} box
 * @param {Box[]} taken
 * @param {Box} ground
 */
function free(box, taken, ground) {
  if (box[0] < ground[0] || box[1] < ground[1] || box[2] > ground[2] || box[3] > ground[3]) return false;
  return !taken.some((one) => box[0] < one[2] && box[2] > one[0] && box[1] < one[3] && box[3] > one[1]);
}

/**
 * The corners of a pointy-top hexagon, as points of a polygon.
 * @param {Point} point
 * @param {number} radius
 */
export function hexagon({ x, y }, radius) {
  return [...Array(6).keys()]
    .map((corner) => Math.PI / 6 + (corner * Math.PI) / 3)
    .map((angle) => `${(x + radius * Math.cos(angle)).toFixed(1)},${(y + radius * Math.sin(angle)).toFixed(1)}`)
    .join(" ");
}
