// What everybody may know of a workshop: its phase and clock, and how it stands with each seat, in words.

import { mark, write } from "./dom.js";

const SOON = 15; // seconds before the end in which the clock is marked
const NEAR = 1200; // milliseconds by which two clocks may differ: what is sent is rounded
const MODEL = "played by the model's rules";

/**
 * What a seat is, where its label doesn't say so.
 * @param {{ label: string, kind: SeatKind }} seat
 */
export function kind({ label, kind: is }) {
  return label.toLowerCase().includes(is) ? "" : is;
}

/** @param {Hall} hall */
export function phase({ phase: now, round, rounds, held, passed }) {
  if (now === "lobby") return "Lobby: people take their seats";
  if (now === "over") return "The workshop is over";
  if (now === "live") return `Round ${round} of ${rounds}: the quarter ${passed ? "is over" : "passes"}`;
  return `Round ${round} of ${rounds}: decide${held ? ", the clock is stopped" : ""}`;
}

/**
 * How it stands with a seat.
 * @param {Hall} hall
 * @param {Place} place
 */
export function standing({ phase: now }, { person, connected, away, played, decided }) {
  if (person === null) return `free: ${MODEL}`;
  const there = away ? `away${decided ? "" : `: ${MODEL}`}` : connected ? "" : "connection lost";
  if (now === "lobby" || now === "over") return away ? "away" : there || "here";
  if (!played && !decided) return there || "comes in next round";
  const done = decided ? "decided" : now === "decide" ? "thinking" : "goes on as before";
  return there && decided ? `${done}, ${there}` : there || done;
}

/** Counts down to the end of a round between what the server says of it. */
export class Clock {
  /** @param {HTMLElement} node */
  constructor(node) {
    this.node = node;
    /** @type {number | null} seconds that are left while it is stopped */
    this.still = null;
    this.ends = 0;
    this.runs = false;
    setInterval(() => this.draw(), 200);
  }

  /** @param {Hall} hall */
  set({ seconds_left: left, held }) {
    const ends = performance.now() + 1000 * (left ?? 0);
    const runs = left !== null && !held;
    if (runs && (!this.runs || Math.abs(ends - this.ends) > NEAR)) this.ends = ends;
    this.runs = runs;
    this.still = left;
    this.draw();
  }

  draw() {
    const left = this.runs ? Math.max(0, Math.round((this.ends - performance.now()) / 1000)) : this.still;
    this.node.hidden = left === null;
    if (left === null) return;
    write(this.node, `${Math.floor(left / 60)}:${String(Math.floor(left % 60)).padStart(2, "0")}`);
    mark(this.node, "data-soon", String(this.runs && left <= SOON));
  }
}
