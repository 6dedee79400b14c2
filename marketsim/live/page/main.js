// Puts the parts of the page together: one line to the room, and parts that listen to it.

import { Charts } from "./charts.js";
import { Connection, query } from "./connection.js";
import { Controls } from "./controls.js";
import { find, rest, say } from "./dom.js";
import { Follow } from "./follow.js";
import { Happened } from "./happened.js";
import { Levers } from "./levers.js";
import { Maps } from "./maps.js";
import { Numbers } from "./numbers.js";
import { remembered } from "./place.js";
import { Questions } from "./questions.js";
import { Room } from "./room.js";
import { Save } from "./save.js";
import { Stories } from "./story.js";
import { Table } from "./table.js";
import { Tabs } from "./tabs.js";
import { explain } from "./why.js";
import { Workshop } from "./workshop.js";

/** @type {Send} */
const send = (ask) => connection.send(ask);
const room = new Room();
const wanted = remembered("tab"); // by whoever has been here before
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
  new Questions(send), new Save(send), new Table(),
  new Workshop(send, tabs, wanted), new Controls(send),
];
for (const part of parts) {
  room.tell({
    state: (known) => "state" in part && part.state(known),
    tick: (tick) => "tick" in part && part.tick(tick),
    draw: (known) => "draw" in part && part.draw(known),
    hall: (hall) => "hall" in part && part.hall(hall),
  });
}
room.tell({ why: explain, told: (told) => follow.told(told), said: ({ words }) => say(words) });

rest(true); // until the room has said all there is
/** @type {Connection<Message>} */
const connection = new Connection(
  `/ws${query("token", "facilitator")}`,
  (message) => room.heard(message),
  (there) => {
    find(HTMLElement, "lost").hidden = there;
    if (there) maps.forget();
    else rest(true);
  },
);
