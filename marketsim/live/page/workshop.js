// The facilitator's part of a workshop: rounds, clock, and who sits where.

import { query } from "./connection.js";
import { button, find, html, mark, write } from "./dom.js";
import { Clock, kind, phase, standing } from "./hall.js";
import { capital } from "./words.js";

const SURE = 5000; // milliseconds in which a second press confirms the first
const HERE = ["localhost", "127.0.0.1", "[::1]"];

/** @typedef {import("./tabs.js").Tabs} Tabs */

export class Workshop {
  /**
   * @param {Send} send
   * @param {Tabs} tabs
   * @param {string} wanted the tab that the address leads to
   */
  constructor(send, tabs, wanted) {
    this.send = send;
    this.tabs = tabs;
    this.wanted = wanted;
    this.leads = new URLSearchParams(location.search).has("facilitator");
    this.clock = new Clock(find(HTMLElement, "clock"));
    this.phase = find(HTMLElement, "phase");
    this.advance = find(HTMLButtonElement, "advance");
    this.holds = find(HTMLButtonElement, "hold");
    this.back = find(HTMLButtonElement, "back");
    this.seconds = find(HTMLInputElement, "seconds");
    /** @type {Row[]} */
    this.rows = [];
    this.of = "";
    this.sure = 0;
    /** @type {Hall | null} */
    this.known = null;
    for (const id of ["steering", "lasts"]) find(HTMLElement, id).hidden = !this.leads;
    this.advance.addEventListener("click", () => send({ do: "advance" }));
    this.holds.addEventListener("click", () => send({ do: "hold" }));
    this.back.addEventListener("click", () => this.undo());
    this.seconds.addEventListener("change", () => {
      if (this.seconds.reportValidity()) send({ do: "seconds", seconds: this.seconds.valueAsNumber });
    });
    find(HTMLElement, "to-why").addEventListener("click", () => tabs.show("why"));
    find(HTMLAnchorElement, "result-b").href = `/save/b.yaml${query("token")}`;
    find(HTMLAnchorElement, "result-decisions").href = `/save/decisions.csv${query("token")}`;
    this.address();
  }

  /** Where seats are taken: what people type. */
  address() {
    const link = find(HTMLAnchorElement, "seat-address");
    link.href = `/seat${query("token")}`;
    link.textContent = location.origin + link.getAttribute("href");
    find(HTMLElement, "only-here").hidden = !HERE.includes(location.hostname);
  }

  /** @param {Known} known */
  state({ state: { workshop } }) {
    if (!workshop) return;
    const first = !this.known;
    this.hall(workshop);
    if (!first) return;
    document.body.toggleAttribute("data-workshop", true);
    find(HTMLElement, "tab-workshop").hidden = false;
    find(HTMLElement, "tab-open").hidden = true; // a workshop has its question
    if (["", "workshop", "open"].includes(this.wanted)) this.tabs.show("workshop");
  }

  /** @param {Hall} hall */
  hall(hall) {
    const of = JSON.stringify(hall.seats.map((place) => [place.name, place.label, place.kind]));
    if (of !== this.of) this.build(hall);
    this.of = of;
    this.known = hall;
    this.show(hall);
  }

  /** @param {Hall} hall */
  build({ seats }) {
    this.rows = seats.map((place) => new Row(this.send, place, this.leads));
    find(HTMLElement, "seats").replaceChildren(...this.rows.map(({ node }) => node));
  }

  /** @param {Hall} hall */
  show(hall) {
    const { passed } = hall;
    mark(find(HTMLElement, "panel-workshop"), "data-phase", hall.phase);
    write(this.phase, phase(hall));
    this.clock.set(hall);
    write(find(HTMLElement, "stands"), stands(hall, passed));
    const words = hall.phase === "decide" ? "Close the round" : `Begin round ${hall.round + 1}`;
    write(this.advance, words);
    this.advance.hidden = hall.phase === "over";
    none(this.advance, hall.phase === "live" && !passed);
    write(this.holds, hall.held ? "Go on" : "Hold");
    this.holds.hidden = hall.phase !== "decide";
    this.back.hidden = hall.phase === "lobby" || (hall.phase === "decide" && hall.round === 1);
    none(this.back, hall.phase === "live" && !passed);
    if (!this.sure) write(this.back, "Back a round");
    if (document.activeElement !== this.seconds) this.seconds.value = String(hall.seconds);
    find(HTMLElement, "result").hidden = hall.phase !== "over";
    hall.seats.forEach((place, row) => this.rows[row].show(hall, place));
  }

  /** Weeks that were lived are undone: only by a second press. */
  undo() {
    const sure = Boolean(this.sure);
    clearTimeout(this.sure);
    this.sure = 0;
    if (sure) this.send({ do: "back" });
    else this.sure = window.setTimeout(() => { this.sure = 0; write(this.back, "Back a round"); }, SURE);
    write(this.back, sure ? "Back a round" : "Really undo it?");
  }
}

/** A seat in the facilitator's table. */
class Row {
  /**
   * @param {Send} send
   * @param {Place} place
   * @param {boolean} leads
   */
  constructor(send, place, leads) {
    const { name, label } = place;
    this.name = name;
    this.person = html("b");
    this.stands = html("span");
    this.to = html("select", { "aria-label": `Move whoever sits at ${label} to`, "data-asks": "" });
    this.free = "";
    const remove = button({ class: "small", text: "Remove", "aria-label": `Remove whoever sits at ${label}`, "data-remove": name }, () => {
      send({ do: "remove", seat: name });
      this.change.open = false;
    });
    const move = button({ class: "small", text: "Move to", "aria-label": `Move whoever sits at ${label}`, "data-move": name }, () => {
      if (this.to.value) send({ do: "move", seat: name, to: this.to.value });
      this.change.open = false;
    });
    this.change = html("details", { class: "change" }, html("summary", { "aria-label": `Change who sits at ${label}`, text: "Change" }), html("p", { class: "row" }, remove, move, this.to));
    this.change.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || !this.change.open) return;
      this.change.open = false;
      this.change.querySelector("summary")?.focus();
    });
    this.node = html("tr", { "data-seat": name });
    this.who = html("td", {}, this.person, " ", this.stands);
    this.changing = html("td", { class: "changing" }, this.change);
    this.leads = leads;
    this.node.append(html("th", { scope: "row" }, html("b", { text: label }), ` ${kind(place)}`), this.who, this.changing);
  }

  /**
   * @param {Hall} hall
   * @param {Place} place
   */
  show(hall, place) {
    write(this.person, place.person ?? "");
    const words = standing(hall, place);
    write(this.stands, capital(words));
    mark(this.node, "data-stands", words.startsWith("decided") ? "decided" : place.person === null || place.away ? "free" : "seated");
    const free = place.person === null || !this.leads; // there is nothing to change
    this.changing.hidden = free;
    if (free) this.change.open = false;
    this.who.colSpan = free ? 2 : 1;
    this.offer(hall);
  }

  /**
   * Where whoever sits here may move to.
   * @param {Hall} hall
   */
  offer(hall) {
    const free = hall.seats.filter(({ name, person, away }) => name !== this.name && (person === null || away));
    const of = free.map(({ name }) => name).join();
    if (of === this.free || document.activeElement === this.to) return;
    this.free = of;
    this.to.replaceChildren(...free.map(({ name, label }) => html("option", { value: name, text: label })));
  }
}

/**
 * What there is to do now.
 * @param {Hall} hall
 * @param {boolean} passed
 */
function stands({ phase: now, seats }, passed) {
  const there = seats.filter(({ person, away }) => person !== null && !away).length;
  const sit = `${there} of ${seats.length} seats are taken.`;
  if (now === "lobby") return `${sit} Who comes later joins in the next round.`;
  if (now === "decide") return `${seats.filter(({ decided }) => decided).length} of ${there} at the table have decided.`;
  if (now === "live") return passed ? "Each seat is shown what the quarter brought; Why tells what differed." : "What was decided counts from now on.";
  return "";
}

/**
 * Whether a button has nothing to do now.
 * @param {HTMLButtonElement} node
 * @param {boolean} is
 */
function none(node, is) {
  node.toggleAttribute("data-none", is);
  node.disabled = is || document.body.hasAttribute("data-rests");
}
