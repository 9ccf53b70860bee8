/** Questions about many customers whose answer is a table: asked by POST for their size, they only read. */
import { post } from './client';

/** A list of events as the server understood it: its text, and what people call it. */
export interface EventList {
  text: string;
  zh: string;
  en: string;
}

interface Answered {
  now_s: number;
  took_us: number;
}

/** Who got to a step, how long the quickest way there took, and who they are; who did not get here. */
export interface FunnelLevel {
  customers: number;
  p25_s: number;
  p50_s: number;
  p75_s: number;
  p90_s: number;
  expression: string | null;
  lost: string | null;
}
export interface FunnelGroup {
  key: string;
  name: string | null;
  levels: FunnelLevel[];
}
/** groups[0] is everyone. */
export interface Funnel extends Answered {
  steps: EventList[];
  groups: FunnelGroup[];
}

export interface RetentionCohort {
  day: string;
  customers: number;
  expression: string | null;
  /** Null: that unit has not begun. */
  cells: (number | null)[];
  /** Fewer than cells where the table is very large. */
  expressions: (string | null)[];
}
export interface Retention extends Answered {
  cohorts: RetentionCohort[];
}

interface CountsCell {
  events: number;
  customers: number;
}
interface CountsRow {
  customers: number;
  series: CountsCell[];
}
export interface Counts extends Answered {
  series: EventList[];
  buckets: (CountsRow & { day: string })[];
  all: CountsRow;
}

export interface PathLink {
  step: number;
  from: number;
  /** −1: the visit ended. */
  to: number;
  visits: number;
}
export interface Paths extends Answered {
  visits: number;
  customers: number;
  nodes: EventList[];
  links: PathLink[];
}

export interface RfmNowCell {
  r: number;
  f: number;
  m: number;
  customers: number;
  purchases: number;
  amount_fen: number;
  expression: string | null;
}
export interface RfmNow extends Answered {
  buyers: number;
  cuts: { recency_s: number[]; purchases: number[]; amount_fen: number[] };
  cells: RfmNowCell[];
}

export interface RepurchaseNow extends Answered {
  buyers: number;
  again: number;
  again_expression: string | null;
  /** Buyers with 1, 2 … 10 or more purchases. */
  times: number[];
  /** Between neighbours, by whole days; the last: and more. */
  intervals: number[];
  n_intervals: number;
  p25_s: number;
  p50_s: number;
  p75_s: number;
  p90_s: number;
}

export interface Answers {
  funnel: Funnel;
  retention: Retention;
  counts: Counts;
  paths: Paths;
  rfm: RfmNow;
  repurchase: RepurchaseNow;
}
export type Analysis = keyof Answers;

/** What is asked: the arguments of the route. */
export type Asked = Record<string, unknown>;

export const ask = <A extends Analysis>(name: A, body: Asked, signal?: AbortSignal) =>
  post<Answers[A]>(`/api/analyses/${name}`, body, signal);
