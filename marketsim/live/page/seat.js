// The page of those who take seats: the hall, or one seat. Several seats may be kept on one device, which is passed on.

import { Connection, query } from "./connection.js";
import { Decision } from "./decision.js";
import { find, rest, say, write } from "./dom.js";
import { Clock, kind, phase } from "./hall.js";
import * as kept from "./kept.js";
import { Places } from "./places.js";
import { capital } from "./words.js";

const STALE = 2000; // milliseconds for which a seat that was left may still be told of

class Page {
  constructor() {
    this.clock = new Clock(find(HTMLElement, "clock"));
    this.decision = new Decision(send);
    this.places = new Places((seat, person) => this.sit(seat, person), (one) => this.goBack(one.secret));
    /** @type {Hall | null} */
    this.hall = null;
    this.secret = kept.shown();
    this.person = ""; // who asks for a seat
    this.resuming = false;
    this.waits = false; // for a room that was begun anew and doesn't know its seats yet
    this.seat = ""; // what is shown; nothing: the hall
    this.left = { seat: "", at: 0 };
    find(HTMLElement, "leave").addEventListener("click", () => this.leave());
    find(HTMLElement, "pass").addEventListener("click", () => this.leave());
    rest(true);
  }

  /**
   * @param {string} seat
   * @param {string} person
   */
  sit(seat, person) {
    this.person = person.split(/\s+/).filter(Boolean).join(" ");
    send({ do: "sit", seat, person });
  }

  /** @param {string} secret */
  goBack(secret) {
    this.left.seat = "";
    this.show(secret);
    this.resume();
  }

  resume() {
    this.resuming = Boolean(this.secret);
    if (this.secret) send({ do: "resume", secret: this.secret });
  }

  leave() {
    this.decision.leave();
    this.left = { seat: this.seat, at: performance.now() };
    this.waits = false;
    send({ do: "leave" });
    this.show("");
    this.toHall();
  }

  /** @param {string} secret of the seat that this tab shows */
  show(secret) {
    this.secret = secret;
    kept.show(secret);
  }

  /** The seat is no longer ours. */
  lose() {
    kept.drop(this.secret);
    this.show("");
    this.decision.leave();
    this.toHall();
  }

  toHall() {
    const moved = Boolean(this.seat);
    this.seat = "";
    find(HTMLElement, "seat").hidden = true;
    find(HTMLElement, "hall").hidden = false;
    this.title("Take a seat", "");
    if (this.hall) this.places.show(this.hall);
    if (moved) this.top();
  }

  /** What was shown is gone: reading begins at the head. */
  top() {
    const head = find(HTMLElement, "title");
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  /**
   * @param {string} words
   * @param {string} who
   */
  title(words, who) {
    write(find(HTMLElement, "title"), words);
    write(find(HTMLElement, "who"), who);
    document.title = `${words} - marketsim live`;
  }

  /** @param {boolean} there */
  line(there) {
    find(HTMLElement, "lost").hidden = there;
    rest(!there);
    if (there) this.resume();
    if (there && !this.secret) this.toHall();
  }

  /** @param {SeatMessage} message */
  heard(message) {
    if (message.type === "hall") this.halls(message);
    else if (message.type === "seated") this.seated(message);
    else if (message.type === "said") this.said(message.words);
    else if (message.name === null) this.home();
    else this.told(message);
  }

  /** @param {Hall} hall */
  halls(hall) {
    this.hall = hall;
    if (this.waits && !this.unknowing) {
      this.waits = false;
      this.resume();
    }
    this.clock.set(hall);
    write(find(HTMLElement, "phase"), phase(hall));
    this.decision.now(hall);
    if (!find(HTMLElement, "hall").hidden) this.places.show(hall);
  }

  /** @param {{ seat: string, secret: string }} given */
  seated({ seat, secret }) {
    const label = this.hall?.seats.find(({ name }) => name === seat)?.label ?? seat;
    kept.keep({ secret, seat, label, person: this.person });
    this.left.seat = "";
    this.waits = false;
    this.show(secret);
    this.places.person.value = "";
  }

  /** @param {string} words */
  said(words) {
    const { resuming } = this;
    this.resuming = false;
    this.waits = resuming && this.unknowing;
    say(this.waits && this.seat ? "The room is being opened again; your seat will be there in a moment." : words);
    if (!resuming) this.decision.refused();
    else if (!this.waits) this.lose();
    else if (!this.seat) this.toHall();
  }

  /** Whether the server knows nobody at all: it has been begun anew, and may still be restoring its room. */
  get unknowing() {
    return this.hall?.phase === "lobby" && this.hall.seats.every(({ person }) => person === null);
  }

  /** The facilitator has given the seat to somebody else, or to nobody. */
  home() {
    if (!this.seat) return;
    say(`${find(HTMLElement, "title").textContent}: this seat is no longer yours. Choose one.`);
    this.lose();
  }

  /** @param {SeatView} view */
  told(view) {
    if (!this.secret || (view.name === this.left.seat && performance.now() - this.left.at < STALE)) return;
    const again = this.resuming;
    this.resuming = false;
    const entered = this.seat !== view.name;
    this.seat = view.name;
    this.decision.told(view);
    if (again) this.decision.again();
    if (entered) this.enter(view);
    const several = kept.seats().length > 1 || matchMedia("(min-width: 600px)").matches;
    find(HTMLElement, "pass").hidden = !(several && view.received && view.times > 0 && !this.decision.closed);
  }

  /** @param {SeatView} view */
  enter(view) {
    const { name, label, person } = view;
    kept.keep({ secret: this.secret, seat: name, label, person });
    find(HTMLElement, "hall").hidden = true;
    find(HTMLElement, "seat").hidden = false;
    this.title(label, kind(view) ? `${capital(kind(view))}: ${person}` : person);
    this.top();
  }
}

/** @param {SeatAsk} ask */
function send(ask) {
  connection.send(ask);
}

const page = new Page();
/** @type {Connection<SeatMessage>} */
const connection = new Connection(`/seat/ws${query("token")}`, (message) => page.heard(message), (there) => page.line(there));
