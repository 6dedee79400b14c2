// The line to the room: it is opened anew whenever it is lost.

const SOONEST = 300; // milliseconds until the first new try
const LATEST = 5000;

/**
 * Words of the page's address, those of these names that it has, as a query.
 * @param {...string} names
 */
export function query(...names) {
  const found = [...new URLSearchParams(location.search)].filter(([name]) => names.includes(name));
  return found.length ? `?${new URLSearchParams(found)}` : "";
}

/** @template {{ type: string }} Heard */
export class Connection {
  /**
   * @param {string} address path and query of the line
   * @param {(message: Heard) => void} heard
   * @param {(there: boolean) => void} changed told when the line is there, and when it is lost
   */
  constructor(address, heard, changed) {
    this.address = address;
    this.heard = heard;
    this.changed = changed;
    this.wait = SOONEST;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.open();
  }

  open() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${this.address}`);
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
   * @param {{ do: string }} ask
   */
  send(ask) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(ask));
  }
}
