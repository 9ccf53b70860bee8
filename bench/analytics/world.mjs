// What generate.c makes, as numbers; the questions; and the constants that are drawn for them.
// Monday 2025-07-07 00:00 in Asia/Shanghai, a zone without summer time
export const START = 1751817600;
export const DAY = 86400;
export const WEEK = 7 * DAY;
export const DAYS = 180;
export const END = START + DAYS * DAY;
export const WEEKS = Math.ceil(DAYS / 7);
export const STAFF = 500;
export const CITIES = 300;
export const TAGS = 30;
export const RECENT_DAYS = 40; // what a side table of recent days holds

/** Kinds of events; a peer's number of a kind is its place here, from 1. */
export const KINDS = [
  'view',
  'click',
  'coupon_claim',
  'order',
  'message',
  'group_join',
  'share',
  'group_leave',
  'coupon_redeem',
  'refund',
];

export const QUESTIONS = {
  Q1: 'tags: (A and B) or C, not D, city in 5 of 300',
  Q2: 'bought >= 2 and spent >= X in 90 d, no claim in 7 d, 20 staff',
  Q2f: 'the same without staff',
  Q3: 'funnel view, click, claim, order within some days, whole log',
  Q4: 'weekly cohorts, retention',
  Q5: 'RFM quintiles of buyers',
  Q8: 'events per kind and day, customers per day, 30 d',
};

export const staffName = (i) => `s${String(i).padStart(3, '0')}`;
export const cityName = (i) => `城市${String(i).padStart(3, '0')}`;

/** n different numbers of 1 … most. */
function some(random, n, most) {
  const found = new Set();
  while (found.size < n) found.add(1 + Math.floor(random() * most));
  return [...found];
}

const between = (random, low, high) => low + Math.floor(random() * (high - low + 1));

/** The constants of one repetition, alike for all sides. Each moves the answer. */
export function draw(question, random) {
  const now = END - 1 - between(random, 0, 3 * DAY);
  switch (question) {
    case 'Q1': {
      const [a, b, c, d] = some(random, 4, TAGS);
      return { a, b, c, d, cities: some(random, 5, CITIES) };
    }
    case 'Q2':
      return { staff: some(random, 20, STAFF), fen: between(random, 25000, 35000), now };
    case 'Q2f':
      return { staff: null, fen: between(random, 25000, 35000), now };
    case 'Q3': // seven days on average
      return { days: between(random, 5, 9) };
    case 'Q4': // asked at the end of one of the last weeks, so that whole weeks are seen
      return { weeks: between(random, WEEKS - 3, WEEKS) };
    case 'Q5':
      return { now };
    case 'Q8': // thirty whole days, beginning with this one
      return { day: DAYS - 30 - between(random, 0, RECENT_DAYS - 30) };
    default:
      throw new Error(question);
  }
}

// The forms in which answers are compared.

/** Q3 from the number of customers by deepest level: who reached each level, from 1. */
export function reached(byLevel) {
  let sum = 0;
  const out = [0, 0, 0, 0];
  for (let level = 4; level >= 1; level--) out[level - 1] = sum += Number(byLevel[level] ?? 0);
  return out;
}

/** Q4 from rows of [first week, [active in week 0, 1 …]]: lines of [first week, weeks since, n]. */
export function cohorts(rows) {
  const out = [];
  for (const [first, active] of rows)
    active.forEach((n, week) => Number(n) > 0 && out.push([first, week - first, Number(n)]));
  return out.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/** Q5 from rows of [r, f, m, n]. */
export function cells(rows) {
  const order = (row) => row[0] * 100 + row[1] * 10 + row[2];
  return rows
    .map((row) => row.map(Number))
    .filter((row) => row[3] > 0)
    .sort((a, b) => order(a) - order(b));
}

/** Q8 from rows of [day, kind, n] and [day, customers]: a line a day, customers, then by kind. */
export function daily(first, kinds, customers) {
  const out = Array.from({ length: 30 }, () => Array(KINDS.length + 1).fill(0));
  for (const [day, kind, n] of kinds) out[Number(day) - first][Number(kind)] = Number(n);
  for (const [day, n] of customers) out[Number(day) - first][0] = Number(n);
  return out;
}
