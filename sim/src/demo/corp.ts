// Koi's demo corp put into an empty world: the same departments, staff, groups and customers, by the
// ids that the demo gave them, and their friendships since they began. Tags on customers are not
// loaded: the demo put them on in Koi, no member of staff did in WeCom; the library is.
import { createGroup } from '../corp/group.ts';
import { addGroup, addTag } from '../corp/tag.ts';
import type { Relation } from '../corp/types.ts';
import type { World } from '../corp/world.ts';
import type { Koi } from './koi.ts';

interface Corp {
  departments: { id: string; parent?: string; name: string; position: number }[];
  staff: { userid: string; name: string; position?: string; department?: string }[];
  groups: { chat_id: string; name: string; owner: string; created_s: number }[];
  tags: { group: string; name: string }[];
}

interface Page {
  customers: { external_userid: string; name?: string; gender?: string; customer: number }[];
  friends: { userid: string; customer: number; added_s: number; ended: number }[];
  members: { chat_id: string; inviter?: string; customer: number; joined_s: number }[];
  next: string | null;
}

/** Fills a world that has no staff and no customers. */
export async function loadCorp(world: World, koi: Koi): Promise<void> {
  const corp = await koi.get<Corp>('/api/demo/corp');
  if (corp.departments.length === 0) {
    throw new Error('this demo corp was made by an older Koi; use another --data folder');
  }
  loadShape(world, corp);
  let cursor = '';
  for (;;) {
    const page = await koi.get<Page>(`/api/demo/customers?limit=200${cursor}`);
    loadPage(world, page);
    if (page.next === null) return;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

function loadShape(world: World, corp: Corp): void {
  const agentid = world.apps.find((a) => a.name === 'koi')?.agentid ?? 0;
  world.departments.clear();
  for (const d of corp.departments) {
    const order = 100_000_000 - d.position;
    const id = Number(d.id);
    world.departments.set(id, { id, name: d.name, parentid: Number(d.parent ?? 0), order });
  }
  for (const s of corp.staff) {
    world.staff.set(s.userid.toLowerCase(), {
      userid: s.userid,
      name: s.name,
      position: s.position ?? '',
      department: [Number(s.department ?? 1)],
      leader: [s.position === '店长' ? 1 : 0],
      status: 1,
      real_named: true,
      contact_right: true,
      capacity: 5000,
    });
  }
  for (const g of corp.groups) {
    const group = createGroup(world, g.owner, g.name);
    world.groups.delete(group.chat_id);
    world.groups.set(g.chat_id, { ...group, chat_id: g.chat_id, create_time: g.created_s });
  }
  const made = new Map<string, ReturnType<typeof addGroup>>();
  for (const t of corp.tags) {
    const group = made.get(t.group) ?? addGroup(world, t.group, 100 - made.size, agentid);
    made.set(t.group, group);
    addTag(world, group, { name: t.name });
  }
}

function loadPage(world: World, page: Page): void {
  const ids = new Map<number, string>();
  for (const c of page.customers) {
    ids.set(c.customer, c.external_userid);
    world.customers.set(c.external_userid, {
      external_userid: c.external_userid,
      name: c.name ?? '',
      type: 1,
      gender: c.gender === 'male' ? 1 : c.gender === 'female' ? 2 : 0,
      avatar: '',
    });
  }
  for (const f of page.friends) {
    const external_userid = ids.get(f.customer);
    if (external_userid) world.put(friendship(external_userid, f));
  }
  for (const m of page.members) {
    const id = ids.get(m.customer);
    if (!id) continue;
    const row = { id, type: 2 as const, join_time: m.joined_s };
    const group = world.groups.get(m.chat_id);
    if (m.inviter) group?.members.set(id, { ...row, join_scene: 1, invitor: m.inviter });
    else group?.members.set(id, { ...row, join_scene: 3 });
  }
}

/** Where they came from the demo has told Koi: add_way 0 and no state say nothing against it. */
function friendship(external_userid: string, f: Page['friends'][number]): Relation {
  return {
    userid: f.userid,
    external_userid,
    status: 'friend',
    customer_deleted: f.ended === 1,
    createtime: f.added_s,
    add_way: 0,
    state: '',
    oper_userid: external_userid,
    remark: '',
    description: '',
    remark_company: '',
    remark_mobiles: [],
    tags: [],
    personal_tags: [],
    chats: 1,
    last_chat_s: f.added_s,
  };
}
