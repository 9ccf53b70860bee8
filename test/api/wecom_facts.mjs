/* Whether Koi's log tells what happened at the simulator: each fact that a delivered callback told,
 * or that can still be seen, once; and nothing that did not happen. Facts are read from the
 * simulator's own callbacks, also those that were lost.
 *
 * What a callback tells is exact to the second. What was found missing by an answer (an end whose
 * callback was lost or is late) stands at the time of asking: somewhere behind the true end. */
import assert from 'node:assert/strict';

const CLOCKS_S = 5; /* a callback and an answer may tell one beginning so far apart */

const field = (xml, name) =>
  new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(xml)?.[1] ?? '';
const items = (xml) => [...xml.matchAll(/<Item>([^<]*)<\/Item>/g)].map((m) => m[1]);

/* Time goes on in leaps while Koi asks. */
const ASKING_S = 120;

/* Every callback once, with whether any copy of it was heard: no, yes, or perhaps, when the server
 * was killed before it could answer. */
function callbacks(sender) {
  const all = new Map();
  for (const d of sender.deliveries) {
    const told = all.get(d.n) ?? { ...d, at: Number(field(d.xml, 'CreateTime')), heard: 'no' };
    if (d.result === 'delivered') told.heard = 'yes';
    else if (d.result !== 'lost' && told.heard === 'no') told.heard = 'perhaps';
    all.set(d.n, told);
  }
  return [...all.values()].sort((a, b) => a.n - b.n);
}

/* What happened, by subject ("friend|userid|external", "group|chat|external"), in order:
 * {kind, at, heard}. */
function happened(sim) {
  const facts = new Map();
  const put = (subject, kind, at, heard) => {
    if (!facts.has(subject)) facts.set(subject, []);
    facts.get(subject).push({ kind, at, heard });
  };
  for (const told of callbacks(sim.sender)) {
    const { change, xml, at, heard } = told;
    const friend = () => `friend|${field(xml, 'UserID')}|${field(xml, 'ExternalUserID')}`;
    if (change === 'add_external_contact') put(friend(), 'add', at, heard);
    if (change === 'add_half_external_contact') put(friend(), 'half', at, 'no');
    if (change === 'del_follow_user') put(friend(), 'delete', at, heard);
    if (change === 'del_external_contact') put(friend(), 'remove', at, heard);
    if (told.event !== 'change_external_chat') continue;
    const kind = { add_member: 'join', del_member: 'leave' }[field(xml, 'UpdateDetail')];
    for (const id of kind ? items(xml) : []) {
      if (/^w[mo]/.test(id)) put(`group|${field(xml, 'ChatId')}|${id}`, kind, at, heard);
    }
  }
  return facts;
}

/* What was taken back does not count. */
const LIVE = `NOT EXISTS (SELECT 1 FROM event r WHERE r.kind = 43 AND r.object_kind = 17
  AND r.object_id = v.seq)`;
const LOG = `SELECT 'friend|' || s.userid || '|' || i.value, v.kind, v.at_s FROM event v
    JOIN staff s ON s.id = v.staff_id
    JOIN identity i ON i.customer_id = v.customer_id AND i.kind = 'external_userid'
    WHERE v.kind IN (1, 2, 3, 62) AND ${LIVE}
  UNION ALL SELECT 'group|' || g.external_id || '|' || i.value, v.kind, v.at_s FROM event v
    JOIN chat_group g ON g.id = v.object_id
    JOIN identity i ON i.customer_id = v.customer_id AND i.kind = 'external_userid'
    WHERE v.kind IN (4, 5) AND ${LIVE} ORDER BY 1, 3`;
const KINDS = { 1: 'add', 2: 'delete', 3: 'remove', 4: 'join', 5: 'leave', 62: 'confirm' };

async function logged(koi) {
  const log = new Map();
  for (const line of (await koi.sql(LOG)).split('\n').filter((x) => x !== '')) {
    const parts = line.split('|');
    const subject = parts.slice(0, 3).join('|');
    if (!log.has(subject)) log.set(subject, []);
    log.get(subject).push({ kind: KINDS[parts[3]], at: Number(parts[4]) });
  }
  return log;
}

const begins = (kind) => kind === 'add' || kind === 'join';
const near = (a, b) => Math.abs(a - b) <= CLOCKS_S;

/* When what stands began, by the simulator: it can be seen. */
function standing(sim) {
  const began = new Map();
  const { world } = sim;
  for (const r of [...world.byStaff.values()].flatMap((m) => [...m.values()]))
    if (r.status === 'friend') began.set(`friend|${r.userid}|${r.external_userid}`, r.createtime);
  for (const g of world.groups.values())
    for (const m of g.members.values())
      if (m.type === 2) began.set(`group|${g.chat_id}|${m.id}`, m.join_time);
  return began;
}

/* What is wrong about one subject, in words; empty: nothing. A half friend is a friend for those
 * who ask, and confirmed when a callback says so. */
function wrong(facts, log, began) {
  const found = [];
  log.forEach((x, n) => {
    if (log.slice(0, n).some((y) => y.kind === x.kind && y.at === x.at))
      found.push(`${x.kind} at ${x.at} is there twice`);
  });
  /* Nothing that did not happen. A beginning from before we listened is told by an answer, and an
   * end that was not heard of is found behind it. */
  const first = facts[0]?.at ?? Infinity;
  const ends = facts.filter((f) => !begins(f.kind));
  for (const x of log) {
    const kind = x.kind === 'confirm' ? 'add' : x.kind;
    const is = (f) => f.kind === kind || (f.kind === 'half' && kind === 'add');
    const same = facts.some((f) => is(f) && f.at === x.at);
    const old = begins(kind) && (x.at < first || x.at === began);
    const missing =
      ['remove', 'leave'].includes(kind) &&
      ends.some((f) => f.heard !== 'yes' && f.at <= x.at + ASKING_S);
    if (!same && !old && !missing) found.push(`${x.kind} at ${x.at} did not happen`);
  }
  /* Everything that was heard. */
  for (const f of facts.filter((x) => x.heard === 'yes')) {
    const is = (x) => x.kind === f.kind || (f.kind === 'add' && x.kind === 'confirm');
    const there = log.some((x) => is(x) && (x.at === f.at || (begins(f.kind) && near(x.at, f.at))));
    if (!there) found.push(`${f.kind} at ${f.at} is missing`);
  }
  /* A half friend began before they were confirmed; a callback tells of that alone. */
  const since = ends.findLast((f) => f.at < began)?.at ?? -Infinity;
  const confirmed = facts.filter((f) => f.kind === 'add' && f.at > since && f.at >= began);
  const starts = [began, ...confirmed.map((f) => f.at)];
  if (
    began !== undefined &&
    !log.some((x) => begins(x.kind) && starts.some((at) => near(x.at, at)))
  )
    found.push(`what began at ${began} and stands is missing`);
  return found;
}

/* Friendships that customers ended and are told all the same, where a callback said so, as
 * userid|external_userid. */
export async function endedByCustomers(sim, koi) {
  const facts = happened(sim);
  const log = await logged(koi);
  const ended = new Set();
  for (const r of [...sim.world.byStaff.values()].flatMap((m) => [...m.values()])) {
    const pair = `${r.userid}|${r.external_userid}`;
    const last = (facts.get(`friend|${pair}`) ?? []).findLast(
      (f) => f.at >= r.createtime && f.kind === 'delete',
    );
    const logged_it = (log.get(`friend|${pair}`) ?? []).some(
      (x) => x.kind === 'delete' && x.at === last?.at,
    );
    const heard = last?.heard === 'perhaps' ? logged_it : last?.heard === 'yes';
    if (r.customer_deleted && heard) ended.add(pair);
  }
  return ended;
}

/* Compares; gives how many facts there were and how many of them were heard of. */
export async function factsAgree(sim, koi) {
  const facts = happened(sim);
  const log = await logged(koi);
  const began = standing(sim);
  const staff = new Set(
    [...sim.world.staff.values()].filter((s) => s.status === 1).map((s) => s.userid),
  );
  const found = [];
  for (const subject of new Set([...facts.keys(), ...log.keys(), ...began.keys()])) {
    if (subject.startsWith('friend|') && !staff.has(subject.split('|')[1])) continue;
    const why = wrong(facts.get(subject) ?? [], log.get(subject) ?? [], began.get(subject));
    if (why.length > 0)
      found.push({ subject, why, facts: facts.get(subject), log: log.get(subject) });
  }
  assert.deepEqual(found.slice(0, 3), [], `${found.length} subjects`);
  const all = [...facts.values()].flat();
  return { facts: all.length, heard: all.filter((f) => f.heard === 'yes').length };
}
