// The hall of a workshop on a page of seats: free ones to take, and those that were taken on this device.

import { button, find, html, mark, write } from "./dom.js";
import { kind, standing } from "./hall.js";
import { seats } from "./kept.js";

/** @typedef {import("./kept.js").Kept} Kept */

export class Places {
  /**
   * @param {(seat: string, person: string) => void} sit
   * @param {(one: Kept) => void} goBack
   */
  constructor(sit, goBack) {
    this.goBack = goBack;
    this.person = find(HTMLInputElement, "person");
    this.ground = find(HTMLElement, "places");
    /** @type {{ input: HTMLInputElement, stands: HTMLElement }[]} */
    this.rows = [];
    this.of = "";
    this.yours = "";
    find(HTMLFormElement, "take").addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = this.rows.find(({ input }) => input.checked && !input.disabled);
      if (chosen) sit(chosen.input.value, this.person.value);
    });
  }

  /** @param {Hall} hall */
  show(hall) {
    const of = JSON.stringify(hall.seats.map((place) => [place.name, place.label, place.kind]));
    if (of !== this.of) this.build(hall);
    this.of = of;
    hall.seats.forEach((place, row) => {
      const { input, stands } = this.rows[row];
      const taken = place.person !== null && !place.away;
      if (input.disabled !== taken) input.disabled = taken;
      if (taken && input.checked) input.checked = false;
      write(stands, place.person === null ? "free" : `${place.person}: ${standing(hall, place)}`);
    });
    this.device(hall);
  }

  /** @param {Hall} hall */
  build({ seats: places }) {
    this.rows = places.map(({ name }) => ({
      input: html("input", { type: "radio", name: "seat", value: name, "data-seat": name, required: "" }),
      stands: html("span", { class: "quiet" }),
    }));
    const labels = places.map((place, row) => {
      const { input, stands } = this.rows[row];
      const words = html("span", {}, html("b", { text: place.label }), ` ${kind(place)}`);
      return html("label", { class: "place" }, input, words, stands);
    });
    this.ground.replaceChildren(...labels);
  }

  /**
   * Seats of this device, one tap away; those that have decided are told apart.
   * @param {Hall} hall
   */
  device(hall) {
    const all = seats().map((one) => {
      const place = hall.seats.find(({ name, person }) => name === one.seat && person === one.person);
      return { one, words: own(hall, place) };
    });
    const yours = JSON.stringify(all);
    if (yours === this.yours) return;
    this.yours = yours;
    find(HTMLElement, "yours").hidden = !all.length;
    const list = find(HTMLElement, "kept");
    const on = list.contains(document.activeElement) ? document.activeElement?.getAttribute("data-yours") : null;
    list.replaceChildren(...all.map(({ one, words }) => {
      const press = button({ class: "yours", "data-yours": one.seat }, () => this.goBack(one));
      press.append(html("b", { text: one.label }), html("span", { text: words ? `${one.person}: ${words}` : one.person }));
      mark(press, "data-stands", words.startsWith("decided") ? "decided" : "");
      return html("li", {}, press);
    }));
    for (const node of list.querySelectorAll("button")) if (on && node.getAttribute("data-yours") === on) node.focus();
  }
}

/**
 * How it stands with a seat of this device, on which only one is open at a time.
 * @param {Hall} hall
 * @param {Place | undefined} place
 */
function own({ phase: now, round }, place) {
  if (!place) return "given up or moved";
  if (place.decided) return "decided";
  if (now === "decide") return place.played || place.away ? "has still to decide" : `comes in from round ${round + 1} on`;
  return "";
}
