// What the room sends and may be asked, as in marketsim/live/messages.py; all parts of the page know these names.

type Market = "a" | "b";
type Which = Market | "both";
type Kind = "child" | "home";
type Pair<T> = [T, T]; // of market a, and of market b

type Ask =
  | { do: "play" | "pause" | "reset" | "unfollow" }
  | { do: "step"; weeks?: number }
  | { do: "speed"; weeks_per_second: number }
  | { do: "change"; market: Which; slider: string; value: number }
  | { do: "shock"; market: Which; shock: string }
  | { do: "branch"; market: Market }
  | { do: "open"; scenario: string; other?: string | null }
  | { do: "follow"; market: Market; kind: Kind; number: number }
  | { do: "show"; measure: string }
  | { do: "turn"; question: string; screen?: number }
  | { do: "report"; replicates?: number }
  | { do: "advance" | "hold" | "back" }
  | { do: "seconds"; seconds: number }
  | { do: "remove"; seat: string }
  | { do: "move"; seat: string; to: string };

interface Measure {
  name: string;
  label: string;
  unit: string;
  factor: number;
  digits: number;
  meaning: string;
}

interface Area {
  code: string;
  name: string;
  region: string;
  x: number;
  y: number;
}

interface World {
  cells: boolean;
  areas: Area[];
}

interface Slider {
  name: string;
  label: string;
  unit: string;
  meaning: string;
  least: number;
  most: number;
  step: number;
  value: Pair<number | null>;
  choices: string[];
}

interface Shock {
  name: string;
  label: string;
  meaning: string;
}

interface Happening {
  words: string;
  kind: Kind | "";
  number: number;
}

type Value = number | null;

interface Tick {
  type: "tick";
  week: number;
  date: string;
  playing: boolean;
  ended: boolean;
  numbers: Pair<Value[]>;
  measure: string;
  map: Pair<Value[]>;
  lines: Pair<[number, number][]>;
  happened: Pair<Happening[]>;
}

interface Shown {
  letter: Market;
  label: string;
  question: string;
  changes: string[];
}

interface StoryScreen {
  title: string;
  lines: string[];
  do: { label: string; send: Ask }[];
}

interface Story {
  question: string;
  screen: number;
  screens: StoryScreen[];
}

interface Question {
  name: string;
  folder: string;
  question: string;
  baseline: string;
}

interface Reporting {
  done: number;
  all: number;
  address: string;
  said: string;
}

interface State {
  type: "state";
  room: string;
  starting: string;
  speed: number;
  weeks: number;
  start: string;
  markets: Shown[];
  world: World;
  numbers: Measure[];
  measures: Measure[];
  sliders: Slider[];
  shocks: Shock[];
  questions: Question[];
  story: Story | null;
  following: Record<string, unknown> | null;
  report: Reporting | null;
  workshop: Hall | null;
  history: Pair<Value[][]>;
  happened: Pair<[number, Happening][]>;
  tick: Tick;
}

interface Said {
  type: "said";
  words: string;
}

interface Why {
  type: "why";
  weeks: number;
  difference: number;
  causes: [string, number, string][];
  sentences: string[];
}

interface Told {
  type: "told";
  market: Market;
  kind: Kind;
  told: Life;
}

// A life, as in marketsim/live/followed_child.py and followed_home.py: what the page shows of it.

interface Times {
  words: string;
  times: number;
}

interface AskedHome {
  home: number;
  provider: string;
  host_area: string;
  miles: number;
  route: string;
  answer: string;
  fee: string | null;
}

interface Search {
  asked: number;
  homes_asked: number;
  answers: Times[];
  not_asked: Times[];
  homes: AskedHome[];
}

interface Entry {
  week: number;
  date: string;
  words: string;
  search?: Search;
  fee?: Record<string, unknown>;
  child?: number;
}

interface Refusals {
  asked: number;
  offered: number;
  reasons: Times[];
  latest: Entry[];
}

interface Now {
  words: string;
  cost?: string;
  spent: string;
  since_week?: number;
  route?: string;
  contract?: boolean;
  home?: number;
  out_of_area?: boolean;
  own_staff_gbp_per_week?: number;
}

interface Totals {
  weeks: number;
  income_gbp: number;
  cost_gbp: number;
  left_gbp: number;
  occupied_share: number | null;
  weeks_with_an_empty_place: number;
  weeks_without_residents: number;
}

type Series = Record<string, Value[]>;

interface Life {
  title: string;
  who: string;
  number?: number;
  home?: number;
  about?: Record<string, string | number | boolean | null>;
  followed_since_week: number;
  entries?: Entry[];
  now?: Now;
  totals?: Totals;
  series?: Series;
  stood_empty?: { from_week: number; to_week: number; most_empty: number }[];
  refusals?: Refusals;
}

type Message = State | Tick | Said | Why | Told | Hall;
type Send = (ask: Ask) => void;

// A workshop, as in marketsim/live/workshop/game.py and messages.py.

type SeatKind = "authority" | "provider" | "board";

interface Place {
  name: string;
  label: string;
  kind: SeatKind;
  person: string | null;
  connected: boolean;
  away: boolean;
  played: boolean;
  decided: boolean;
}

interface Hall {
  type: "hall";
  phase: "lobby" | "decide" | "live" | "over";
  round: number;
  rounds: number;
  held: boolean;
  passed: boolean;
  seconds_left: number | null;
  seconds: number;
  seats: Place[];
}

interface FormField {
  name: string;
  label: string;
  help: string;
  kind: "choice" | "number" | "checks" | "switch";
  options: [string, string][];
  least: number;
  most: number;
  step: number;
  unit: string;
}

type Fields = Record<string, unknown>;

interface Outcome {
  label: string;
  unit: string;
  value: number;
  without: number;
  words: string[];
}

interface SeatView {
  type: "seat";
  name: string;
  label: string;
  kind: SeatKind;
  person: string;
  form: FormField[];
  round: number;
  from_round: number;
  before: Fields;
  typed: Fields;
  received: Fields | null;
  times: number;
  number: Outcome | null;
}

type SeatAsk =
  | { do: "sit"; seat: string; person: string }
  | { do: "resume"; secret: string }
  | { do: "leave" }
  | { do: "type"; fields: Fields }
  | { do: "decide"; id: string; round: number; fields: Fields };

type SeatMessage = Hall | SeatView | { type: "seat"; name: null } | { type: "seated"; seat: string; secret: string } | Said;

// What the page itself makes of it.

type Known = { state: State; tick: Tick; history: Pair<Value[][]> };
type Point = { x: number; y: number };
type Name = Point & { text: string; anchor: string };
type Layout = { points: Point[]; radius: number; names: (Name | null)[] };
type Mark = { value: number; text: string };
