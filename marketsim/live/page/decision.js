// A seat: its number, its form, and what the server has received of it.

import { find, html, write } from "./dom.js";
import { Form, same } from "./form.js";
import { number } from "./words.js";

const STILL = 300; // milliseconds after which what was typed is kept on the server

export class Decision {
  /** @param {(ask: SeatAsk) => void} send */
  constructor(send) {
    this.send = send;
    this.form = new Form(find(HTMLElement, "fields"), () => this.touched());
    this.fields = find(HTMLFieldSetElement, "fields");
    this.button = find(HTMLButtonElement, "decide");
    this.said = find(HTMLElement, "received");
    /** @type {SeatView | null} */
    this.view = null;
    /** @type {Hall | null} */
    this.hall = null;
    this.of = ""; // seat and round for which the form was filled
    this.timer = 0;
    this.dirty = false; // whether something was changed since the form was filled or sent
    /** @type {Extract<SeatAsk, { do: "decide" }> | null} what was sent and isn't received yet */
    this.sent = null;
    find(HTMLFormElement, "decision").addEventListener("submit", (event) => {
      event.preventDefault();
      this.decide();
    });
  }

  /** Another seat, or none: what was on its way is kept now. */
  leave() {
    if (this.timer) this.type();
    this.sent = null;
    this.view = null;
    this.of = "";
  }

  touched() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.type(), STILL);
    this.show();
  }

  type() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.send({ do: "type", fields: this.form.values });
  }

  decide() {
    if (!this.view || this.closed) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.dirty = false;
    this.sent = { do: "decide", id: identity(), round: this.view.round, fields: this.form.values };
    this.send(this.sent);
    this.show();
  }

  /** The line is there again: what may not have arrived is sent again, under the same identity. */
  again() {
    if (this.sent) this.send(this.sent);
    else if (this.dirty) this.type();
  }

  /** The server has said what is wrong. */
  refused() {
    this.sent = null;
    if (this.view) this.show();
  }

  /** @param {Hall} hall */
  now(hall) {
    this.hall = hall;
    if (this.view) this.show();
  }

  /** @param {SeatView} view */
  told(view) {
    this.view = view;
    const of = JSON.stringify([view.name, view.round]);
    if (of !== this.of) {
      clearTimeout(this.timer); // what was typed belongs to what was before
      this.timer = 0;
      this.dirty = false;
      this.sent = null;
      this.form.build(view.form);
      this.form.fill({ ...view.before, ...view.received, ...view.typed });
    }
    this.of = of;
    if (this.sent && view.received && view.times > 0 && same(this.sent.fields, view.received)) this.sent = null;
    this.show();
  }

  /** Why nothing can be decided now, in words. */
  get closed() {
    const { view, hall } = this;
    if (!view || !hall) return "Connecting…";
    if (hall.phase === "lobby") return "The workshop has not begun: you decide from round 1 on.";
    if (hall.phase === "over") return "The workshop is over: nothing more is decided.";
    if (view.from_round > hall.round || (hall.phase === "decide" && view.from_round > view.round)) return `You come in from round ${view.from_round} on.`;
    if (hall.phase === "live") {
      if (hall.passed) return `The quarter of round ${hall.round} is over: the number above tells what it brought.`;
      const next = hall.round < hall.rounds ? ` You decide again in round ${hall.round + 1}.` : "";
      return `Round ${hall.round} is closed: what was decided counts in the quarter that follows.${next}`;
    }
    return view.round === hall.round ? "" : "The next round begins.";
  }

  show() {
    const { view } = this;
    if (!view) return;
    const closed = this.closed;
    const reason = find(HTMLElement, "closed");
    write(reason, closed);
    reason.hidden = !closed;
    if (this.fields.disabled !== Boolean(closed)) this.fields.disabled = Boolean(closed);
    this.button.hidden = Boolean(closed);
    write(this.button, this.sent ? "Sending…" : view.received ? "Send again" : "Send decision");
    write(this.said, this.received(view, Boolean(closed)));
    this.outcome(view.number);
  }

  /**
   * @param {SeatView} view
   * @param {boolean} closed
   */
  received({ received, times }, closed) {
    const changed = !received || !same(this.form.values, received);
    if (!received) return closed ? "" : "Not sent yet: without a decision all goes on as before.";
    const often = times > 2 ? `, changed ${times - 1} times` : times === 2 ? ", changed once" : "";
    const words = times ? `Received${often}.` : "What you had decided still counts.";
    if (closed) return words;
    return changed ? `${words} You have changed something since: send it again.` : `${words} You can change it until the round closes.`;
  }

  /** @param {Outcome | null} outcome */
  outcome(outcome) {
    const ground = find(HTMLElement, "number");
    ground.hidden = !outcome;
    if (!outcome) return;
    const { label, unit, value, without, words } = outcome;
    write(find(HTMLElement, "number-label"), `${label}, in the latest quarter`);
    write(find(HTMLElement, "number-value"), `${number(value)} ${unit}`);
    const apart = value - without;
    const more = `${number(Math.abs(apart))} ${unit} ${apart < 0 ? "less" : "more"} than under the other rules (${number(without)} ${unit}).`;
    write(find(HTMLElement, "number-without"), Math.round(apart) ? more : "The same as under the other rules.");
    const list = find(HTMLElement, "number-words");
    if (list.textContent !== words.join("")) list.replaceChildren(...words.map((text) => html("li", { text })));
  }
}

/** A word that nobody has sent before; randomUUID is missing where a page came without https. */
function identity() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
