// The line to the room: it is opened anew whenever it is lost.

const SOONEST = 300; // milliseconds until the first new try
const LATEST = 5000;

/** The token of the page's address as a query, if it has one. */
export function query() {
  const token = new URLSearchParams(location.search).get("token");
  return token ? `?token=${encodeURIComponent(token)}` : "";
}

export class Connection {
  /**
   * @param {(message: Message) => void} heard
   * @param {(there: boolean) => void} changed told when the line is there, and when it is lost
   */
  constructor(heard, changed) {
    this.heard = heard;
    this.changed = changed;
    this.wait = SOONEST;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.open();
  }

  open() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws${query()}`);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event) => this.heard(JSON.parse(event.data)));
    socket.addEventListener("close", () => this.lost());
  }

  opened() {
    this.wait = SOONEST;
    this.changed(true);
  }

  lost() {
    this.changed(false);
    setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(LATEST, Math.max(500, this.wait * 1.6));
  }

  /**
   * Nothing is kept for later: what was asked while the line was lost would surprise.
   * @param {Ask} ask
   */
  send(ask) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(ask));
  }
}
