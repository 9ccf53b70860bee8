/* What a corp at the simulator is, and what Koi's rows say it is, as lists of lines that can be
 * compared. */
import assert from 'node:assert/strict';

/* Runs a full sync to its end. */
export async function sync(admin) {
  const { job } = await admin.post('/api/wecom/sync', {}, 202);
  const done = await admin.job(job.id);
  assert.equal(done.state, 'done', JSON.stringify(done.error));
  return done;
}

const tellable = (s) => s.status === 1 && s.contact_right;

/* Lines of the simulator's truth; `keep`: friendships that stand here although they have ended
 * there; `ended`: that have ended, though they are told: whoever deleted the staff goes on being
 * told, and a callback said so. Pairs are written userid|external_userid. */
export async function truthOf(sim, { keep = [], ended = new Set() } = {}) {
  const state = await sim.get('state');
  const staff = new Set(state.staff.filter(tellable).map((s) => s.userid));
  const key = (r) => `${r.userid}|${r.external_userid}`;
  const told = state.relations.filter(
    (r) => r.status === 'friend' && staff.has(r.userid) && !ended.has(key(r)),
  );
  const name = new Map(state.customers.map((c) => [c.external_userid, c.name]));
  const members = state.groups.flatMap((g) =>
    g.members.filter((m) => m.type === 2).map((m) => `${g.chat_id}|${m.id}`),
  );
  return {
    kept: keep.length > 0,
    staff: [...staff],
    friends: [...new Set([...told.map(key), ...keep])].sort(),
    tags: told.flatMap((r) => r.tags.map((tag) => `${key(r)}|${tag}`)).sort(),
    names: [...new Set(told.map((r) => r.external_userid))]
      .map((id) => `${id}|${name.get(id)}`)
      .sort(),
    groups: state.groups.map((g) => `${g.chat_id}|${g.name}|${g.owner}`).sort(),
    members: members.sort(),
    people: state.staff
      .filter((s) => s.status !== 5)
      .map((s) => `${s.userid}|${s.name}`)
      .sort(),
    departments: state.departments.map((d) => `${d.id}|${d.name}`).sort(),
    library: state.tag_groups
      .flatMap((g) => g.tags.map((tag) => `${g.name}|${tag.name}|${tag.id}`))
      .sort(),
  };
}

const PAIR = `FROM relation r JOIN staff s ON s.id = r.staff_id AND s.status = 'active'
  JOIN identity i ON i.customer_id = r.customer_id AND i.kind = 'external_userid'`;
const QUERIES = {
  friends: `SELECT s.userid || '|' || i.value ${PAIR} WHERE r.deleted_s IS NULL`,
  tags: `SELECT s.userid || '|' || i.value || '|' || coalesce(t.external_id, t.name) ${PAIR}
    JOIN relation_tag x ON x.relation_id = r.id JOIN tag t ON t.id = x.tag_id
    WHERE r.deleted_s IS NULL`,
  names: `SELECT DISTINCT i.value || '|' || c.nickname ${PAIR}
    JOIN customer c ON c.id = r.customer_id WHERE r.deleted_s IS NULL`,
  groups: `SELECT g.external_id || '|' || g.name || '|' || s.userid FROM chat_group g
    JOIN staff s ON s.id = g.owner_id WHERE g.dismissed_s IS NULL`,
  members: `SELECT g.external_id || '|' || i.value FROM group_member m
    JOIN chat_group g ON g.id = m.group_id
    JOIN identity i ON i.customer_id = m.customer_id AND i.kind = 'external_userid'
    WHERE m.left_s IS NULL AND g.dismissed_s IS NULL`,
  people: "SELECT userid || '|' || name FROM staff WHERE status = 'active'",
  departments: "SELECT external_id || '|' || name FROM department WHERE external_id IS NOT NULL",
  library: `SELECT g.name || '|' || t.name || '|' || t.external_id FROM tag t
    JOIN tag_group g ON g.id = t.group_id
    WHERE t.external_id IS NOT NULL AND t.archived_s IS NULL`,
};

/* Koi's rows are the simulator's truth (or the lines given). */
export async function becomesEqual(sim, koi, truth) {
  const want = truth ?? (await truthOf(sim));
  for (const [name, query] of Object.entries(QUERIES)) {
    if (truth?.kept && ['tags', 'names'].includes(name)) continue; /* told of nobody who is kept */
    const rows = (await koi.sql(query)).split('\n').filter((line) => line !== '');
    const [here, there] = [new Set(rows), new Set(want[name])];
    const missing = want[name].filter((line) => !here.has(line)).slice(0, 5);
    const extra = rows.filter((line) => !there.has(line)).slice(0, 5);
    assert.deepEqual({ name, missing, extra }, { name, missing: [], extra: [] });
    assert.equal(rows.length, want[name].length, name);
  }
}

export const eventCount = async (koi) => Number(await koi.sql('SELECT count(*) FROM event'));

/* The formula of docs/WECOM.md. */
export function callsAtLeast(state) {
  const staff = state.staff
    .filter(tellable)
    .map((s) => s.userid)
    .sort();
  let calls = 3 + state.departments.length + state.groups.length;
  calls += Math.max(1, Math.ceil(state.groups.length / 1000));
  for (let at = 0; at < staff.length; at += 100) {
    const chunk = new Set(staff.slice(at, at + 100));
    const told = state.relations.filter((r) => r.status === 'friend' && chunk.has(r.userid));
    calls += Math.max(1, Math.ceil(told.length / 100));
  }
  return calls;
}
