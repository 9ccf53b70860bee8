// A corp out of a seed: departments, staff, tags, customers with their past, groups. The same
// numbers give the same corp, row by row.
import { ident, Rng } from '../base/rng.ts';
import { createGroup } from './group.ts';
import { addGroup, addTag } from './tag.ts';
import type { App, Customer, Relation, Staff, Tag } from './types.ts';
import type { World } from './world.ts';

export interface Size {
  staff: number;
  customers: number;
  departments: number;
  tag_groups: number;
  groups: number;
}

const DAY_S = 86_400;
/** Part of the customers who use WeCom, not WeChat. */
export const PARTNERS = 0.03;
const families = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const givens = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚玲辉红桂英华建文慧'];
const shops = ['城西店', '城东店', '湖滨店', '滨江店', '大学城店', '线上客服', '门店运营', '市场'];
const labels: Record<string, string[]> = {
  客户阶段: ['新客', '意向', '成交', '流失'],
  会员等级: ['普通', '银卡', '金卡', '黑金'],
  来源: ['门店', '直播', '公众号', '老客介绍'],
  兴趣: ['护肤', '彩妆', '母婴', '运动', '家居'],
};
const ways = [1, 1, 1, 2, 3, 4, 6, 10, 16, 24, 201];

const name = (rng: Rng): string =>
  rng.pick(families) + rng.pick(givens) + (rng.next() < 0.6 ? rng.pick(givens) : '');

/** Fills an empty world. */
export function seedCorp(world: World, size: Size): void {
  const rng = new Rng(world.seed, 'corp');
  seedDepartments(world, size);
  seedApps(world);
  seedStaff(world, size, rng);
  const tags = seedTags(world, size);
  const staff = contactStaff(world);
  for (let n = 1; n <= size.customers; n++) seedCustomer(world, n, rng, tags, staff);
  seedGroups(world, size, rng, staff);
  world.quota.push({ expire_date: world.now() + 180 * DAY_S, balance: 1000, total: 1000 });
}

function seedDepartments(world: World, size: Size): void {
  world.departments.set(1, { id: 1, name: '锦池', parentid: 0, order: 100_000_000 });
  for (let n = 2; n <= size.departments; n++) {
    const round = Math.floor((n - 2) / shops.length);
    const base = shops[(n - 2) % shops.length] ?? '部门';
    world.departments.set(n, {
      id: n,
      name: round === 0 ? base : `${base}${round + 1}组`,
      parentid: n <= shops.length + 1 ? 1 : n - shops.length,
      order: 100_000_000 - n,
    });
  }
}

function seedApps(world: World): void {
  const app = (agentid: number, label: string, kind: App['kind'], contact: boolean): void => {
    world.apps.push({
      agentid,
      name: label,
      kind,
      secret: ident('', 43, world.seed, 'secret', label),
      range: { departments: [1], users: [] },
      customer_contact: contact,
    });
  };
  app(1_000_002, 'koi', 'app', true);
  app(1_000_003, 'other', 'app', false);
  app(0, 'contacts', 'contacts', false);
  app(0, 'customer', 'customer', true);
}

function seedStaff(world: World, size: Size, rng: Rng): void {
  for (let n = 1; n <= size.staff; n++) {
    const department = [1 + rng.below(size.departments)];
    if (rng.next() < 0.1 && size.departments > 1) {
      const second = 1 + rng.below(size.departments);
      if (second !== department[0]) department.push(second);
    }
    // One in twenty has not been activated; the first three always are.
    const active = n <= 3 || rng.next() >= 0.05;
    const staff: Staff = {
      userid: n % 7 === 0 ? `Staff.${n}` : `staff${n}`,
      name: name(rng),
      position: rng.pick(['导购', '店长', '客服', '运营']),
      department,
      leader: department.map(() => (rng.next() < 0.1 ? 1 : 0)),
      status: active ? 1 : 4,
      real_named: active,
      contact_right: n <= 3 || rng.next() >= 0.05,
      capacity: 5000,
    };
    world.staff.set(staff.userid.toLowerCase(), staff);
  }
}

function seedTags(world: World, size: Size): Tag[] {
  const made: Tag[] = [];
  const names = Object.keys(labels);
  for (let n = 0; n < size.tag_groups; n++) {
    const base = names[n % names.length] ?? '';
    const round = Math.floor(n / names.length);
    const group = addGroup(world, round === 0 ? base : `${base}${round + 1}`, 100 - n, 0);
    for (const one of labels[base] ?? []) made.push(addTag(world, group, { name: one }));
  }
  return made;
}

function newCustomer(world: World, n: number, rng: Rng, partner: boolean): Customer {
  const customer: Customer = {
    external_userid: ident(partner ? 'wo' : 'wm', 32, world.seed, 'customer', n),
    name: name(rng),
    type: partner ? 2 : 1,
    gender: rng.pick([0, 1, 2] as const),
    avatar: `http://wx.qlogo.cn/mmhead/${ident('', 24, world.seed, 'avatar', n)}/0`,
  };
  if (partner) {
    customer.position = '采购';
    customer.corp_name = `${rng.pick(families)}记`;
    customer.corp_full_name = `${customer.corp_name}贸易有限公司`;
  } else {
    customer.unionid = ident('o', 28, world.seed, 'unionid', n);
    customer.openid = ident('o', 28, world.seed, 'openid', n);
  }
  world.customers.set(customer.external_userid, customer);
  return customer;
}

/** One more person, not yet anybody's customer; a `partner` uses WeCom, others WeChat. */
export function makeCustomer(world: World, partner = false): Customer {
  const n = world.count('stranger');
  return newCustomer(world, 1_000_000_000 + n, new Rng(world.seed, 'stranger', n), partner);
}

function seedCustomer(world: World, n: number, rng: Rng, tags: Tag[], staff: Staff[]): void {
  const who = newCustomer(world, n, rng, rng.next() < PARTNERS);
  if (staff.length === 0) return;
  const count = rng.next() < 0.12 ? 2 : 1;
  for (let k = 0; k < count; k++) {
    const one = rng.pick(staff);
    if (!world.relation(one.userid, who.external_userid)) {
      world.put(pastRelation(world, one, who, rng, tags));
    }
  }
}

/** Staff who can have customers. */
const contactStaff = (world: World): Staff[] =>
  [...world.staff.values()].filter((s) => s.status === 1 && s.contact_right);

function pastRelation(world: World, s: Staff, who: Customer, rng: Rng, tags: Tag[]): Relation {
  const chosen = new Set<string>();
  const wanted = tags.length === 0 ? 0 : rng.below(4);
  for (let k = 0; k < wanted; k++) chosen.add(rng.pick(tags).id);
  const createtime = world.now() - DAY_S - rng.below(400 * DAY_S);
  const add_way = rng.pick(ways);
  return {
    userid: s.userid,
    external_userid: who.external_userid,
    status: 'friend',
    customer_deleted: rng.next() < 0.03,
    createtime,
    add_way,
    state: add_way === 1 && rng.next() < 0.3 ? `channel-${1 + rng.below(9)}` : '',
    oper_userid: rng.next() < 0.8 ? who.external_userid : s.userid,
    remark: rng.next() < 0.3 ? `${who.name}·${rng.pick(['老客', '朋友', '待跟进'])}` : who.name,
    description: rng.next() < 0.1 ? '到店两次，喜欢新品' : '',
    remark_company: '',
    remark_mobiles:
      rng.next() < 0.2 ? [`1390000${String(rng.below(10_000)).padStart(4, '0')}`] : [],
    tags: [...chosen],
    personal_tags: rng.next() < 0.05 ? ['好说话'] : [],
    chats: rng.below(20),
    last_chat_s: rng.next() < 0.6 ? createtime + rng.below(world.now() - createtime) : 0,
  };
}

function seedGroups(world: World, size: Size, rng: Rng, staff: Staff[]): void {
  if (staff.length === 0) return;
  for (let n = 1; n <= size.groups; n++) {
    const owner = rng.pick(staff);
    const group = createGroup(world, owner.userid, n % 9 === 0 ? '' : `福利群${n}`);
    group.create_time -= rng.below(300 * DAY_S);
    const theirs = [...world.relationsOf(owner.userid).keys()];
    const wanted = Math.min(theirs.length, 3 + rng.below(30));
    for (let k = 0; k < wanted; k++) {
      const id = rng.pick(theirs);
      const join_time = Math.min(group.create_time + rng.below(DAY_S), world.now());
      const join_scene = rng.pick([1, 2, 3] as const);
      const invitor = join_scene === 1 ? { invitor: owner.userid } : {};
      group.members.set(id, { id, type: 2, join_time, join_scene, ...invitor });
    }
  }
}
