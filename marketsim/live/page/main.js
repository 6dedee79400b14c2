// Puts the parts of the page together: one line to the room, and parts that listen to it.

import { Charts } from "./charts.js";
import { Connection } from "./connection.js";
import { Controls, rest } from "./controls.js";
import { find, html } from "./dom.js";
import { Follow } from "./follow.js";
import { Happened } from "./happened.js";
import { Levers } from "./levers.js";
import { Maps } from "./maps.js";
import { Numbers } from "./numbers.js";
import { Questions } from "./questions.js";
import { Room } from "./room.js";
import { Save } from "./save.js";
import { Stories } from "./story.js";
import { Table } from "./table.js";
import { Tabs } from "./tabs.js";
import { explain } from "./why.js";

const LONGEST = 10_000; // milliseconds that a said line stands

/** @type {Send} */
const send = (ask) => connection.send(ask);
const room = new Room();
const tabs = new Tabs(find(HTMLElement, "tabs"));
const maps = new Maps(send);
const follow = new Follow(send);
const happened = new Happened((market, one) => {
  follow.ask(market, one.kind, one.number);
  tabs.show("follow");
});

// Buttons that are made for a state come before the controls, which let all of them rest while the room is busy.
const parts = [
  maps, new Numbers(), new Charts(), happened, new Levers(send), follow, new Stories(send, () => tabs.show("story")),
  new Questions(send), new Save(send), new Table(), new Controls(send),
];
for (const part of parts) {
  room.tell({
    state: (known) => "state" in part && part.state(known),
    tick: (tick) => "tick" in part && part.tick(tick),
    draw: (known) => "draw" in part && part.draw(known),
  });
}
room.tell({ why: explain, told: (told) => follow.told(told), said: ({ words }) => say(words) });

rest(true); // until the room has said all there is
let forget = 0;

/**
 * One line, until it is closed, another is said, or some seconds have passed.
 * @param {string} words
 */
function say(words) {
  const bar = find(HTMLElement, "said");
  const close = html("button", { type: "button", text: "Close" });
  const clear = () => bar.replaceChildren();
  close.addEventListener("click", clear);
  bar.replaceChildren(html("span", { text: words }), close);
  clearTimeout(forget);
  forget = window.setTimeout(clear, LONGEST);
}

const connection = new Connection(
  (message) => room.heard(message),
  (there) => {
    find(HTMLElement, "lost").hidden = there;
    if (there) maps.forget();
    else rest(true);
  },
);
