// What the room sends and may be asked, as in marketsim/live/messages.py.

export type Market = "a" | "b";
export type Which = Market | "both";
export type Kind = "child" | "home";
export type Pair<T> = [T, T]; // of market a, and of market b

export type Ask =
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
  | { do: "report"; replicates?: number };

export interface Measure {
  name: string;
  label: string;
  unit: string;
  factor: number;
  digits: number;
  meaning: string;
}

export interface Area {
  code: string;
  name: string;
  region: string;
  x: number;
  y: number;
}

export interface World {
  cells: boolean;
  areas: Area[];
}

export interface Slider {
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

export interface Shock {
  name: string;
  label: string;
  meaning: string;
}

export interface Happening {
  words: string;
  kind: Kind | "";
  number: number;
}

export type Value = number | null;

export interface Tick {
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

export interface Shown {
  letter: Market;
  label: string;
  question: string;
  changes: string[];
}

export interface Screen {
  title: string;
  lines: string[];
  do: { label: string; send: Ask }[];
}

export interface Story {
  question: string;
  screen: number;
  screens: Screen[];
}

export interface Question {
  name: string;
  folder: string;
  question: string;
  baseline: string;
}

export interface Reporting {
  done: number;
  all: number;
  address: string;
  said: string;
}

export interface State {
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
  history: Pair<Value[][]>;
  tick: Tick;
}

export interface Said {
  type: "said";
  words: string;
}

export interface Why {
  type: "why";
  weeks: number;
  difference: number;
  causes: [string, number, string][];
  sentences: string[];
}

export interface Told {
  type: "told";
  market: Market;
  kind: Kind;
  told: Record<string, unknown>;
}

export type Message = State | Tick | Said | Why | Told;
export type Send = (ask: Ask) => void;
