// What customers and staff do in their clients. Each act is told by callback.
import { flag, int, list, need, text } from '../api/field.ts';
import { buyQuota, linkEvent, openLink, scanContactWay, setQuota } from '../corp/acquire.ts';
import { joinStaff, leaveStaff, moveStaff } from '../corp/directory.ts';
import {
  addRelation,
  chat,
  confirmRelation,
  customerDeletes,
  edited,
  staffDeletes,
} from '../corp/relation.ts';
import { confirmMessage, publishMoment } from '../corp/message.ts';
import { makeCustomer } from '../corp/seed.ts';
import { refuseTransfer } from '../corp/transfer.ts';
import type { Customer, Staff } from '../corp/types.ts';
import {
  type Act,
  type ControlRow,
  customerOf,
  done,
  impossible,
  relationOf,
  staffOf,
  told,
} from './row.ts';

const userid = need(text());
const external_userid = need(text());
const pairOf = { userid, external_userid };

/** The customer named, or a new person. */
const anyone = (a: Act): Customer =>
  a.args.has('external_userid') ? customerOf(a) : makeCustomer(a.world, a.args.bool('partner'));

export const customerRows: ControlRow[] = [
  {
    path: 'customer/scan',
    method: 'POST',
    help: 'a customer (or a new one) scans a contact way, or opens an acquisition link',
    fields: {
      config_id: text(),
      link_id: text(),
      customer_channel: text(),
      external_userid: text(),
      partner: flag(),
      half: flag(),
    },
    run: (a) => {
      const { world, args } = a;
      const half = args.bool('half');
      if (args.has('config_id')) {
        const way = world.contactWays.get(args.text('config_id')) ?? impossible('no such way');
        return told(done(scanContactWay(world, way, anyone(a), half)));
      }
      const link = world.links.get(args.text('link_id')) ?? impossible('no such link');
      return told(done(openLink(world, link, anyone(a), args.text('customer_channel'), half)));
    },
  },
  {
    path: 'customer/add',
    method: 'POST',
    help: 'a customer (or a new one) and a staff member become friends',
    fields: {
      userid,
      external_userid: text(),
      partner: flag(),
      state: text(),
      add_way: int(),
      half: flag(),
      by_staff: flag(),
      welcome: flag(),
    },
    run: (a) => {
      const { args } = a;
      const options = {
        state: args.text('state'),
        add_way: args.int('add_way', 1),
        half: args.bool('half'),
        by_staff: args.bool('by_staff'),
        welcome: args.bool('welcome', true),
      };
      return told(addRelation(a.world, staffOf(a), anyone(a), options));
    },
  },
  {
    path: 'customer/confirm',
    method: 'POST',
    help: 'the staff member confirms a half-added customer, or agrees to one who applied',
    fields: pairOf,
    run: ({ world, args }) =>
      told(done(confirmRelation(world, args.text('userid'), args.text('external_userid')))),
  },
  {
    path: 'customer/delete',
    method: 'POST',
    help: 'the customer deletes the staff member',
    fields: pairOf,
    run: (a) => {
      customerDeletes(a.world, relationOf(a));
      return {};
    },
  },
  {
    path: 'customer/chat',
    method: 'POST',
    help: 'messages between the two, from "customer" or "staff"',
    fields: { ...pairOf, from: need(text({ of: ['customer', 'staff'] })), messages: int() },
    run: (a) => {
      const from = a.args.text('from') === 'staff' ? 'staff' : 'customer';
      chat(a.world, relationOf(a), from, a.args.int('messages', 1));
      return {};
    },
  },
  {
    path: 'customer/refuse_transfer',
    method: 'POST',
    help: 'the customer says no to a hand-over that waits',
    fields: { external_userid },
    run: ({ world, args }) =>
      refuseTransfer(world, args.text('external_userid')) ? {} : impossible('none waits'),
  },
  {
    path: 'customer/react',
    method: 'POST',
    help: 'a customer likes or comments a Moments post',
    fields: {
      moment_id: need(text()),
      ...pairOf,
      kind: need(text({ of: ['like', 'comment'] })),
    },
    run: ({ world, args }) => {
      const id = args.text('moment_id');
      const m = [...world.moments.values()].find((one) => one.moment_id === id);
      if (!m) impossible('no such moment');
      m.comments.push({
        userid: args.text('userid'),
        external_userid: args.text('external_userid'),
        at_s: world.now(),
        kind: args.text('kind') === 'like' ? 'like' : 'comment',
      });
      return {};
    },
  },
  {
    path: 'link/delete',
    method: 'POST',
    help: 'an acquisition link is deleted in the client',
    fields: { link_id: need(text()) },
    run: ({ world, args }) => {
      const link = world.links.get(args.text('link_id')) ?? impossible('no such link');
      world.links.delete(link.link_id);
      linkEvent(world, 'delete_link', link);
      return {};
    },
  },
  {
    path: 'quota/buy',
    method: 'POST',
    help: 'uses of acquisition links are bought',
    fields: { uses: need(int({ min: 1 })), expire_date: need(int()) },
    run: ({ world, args }) => {
      buyQuota(world, args.int('uses'), args.int('expire_date'));
      return {};
    },
  },
  {
    path: 'quota/set',
    method: 'POST',
    help: 'the corp has that many uses of acquisition links left, the others being spent',
    fields: { balance: need(int({ min: 0 })), expire_date: need(int()) },
    run: ({ world, args }) => {
      setQuota(world, args.int('balance'), args.int('expire_date'));
      return {};
    },
  },
];

export const staffRows: ControlRow[] = [
  {
    path: 'staff/delete_customer',
    method: 'POST',
    help: 'the staff member deletes the customer',
    fields: pairOf,
    run: (a) => {
      staffDeletes(a.world, relationOf(a));
      return {};
    },
  },
  {
    path: 'staff/remark',
    method: 'POST',
    help: 'the staff member edits remark, description or phones in the client',
    fields: {
      ...pairOf,
      remark: text({ chars: 20 }),
      description: text({ chars: 150 }),
      remark_mobiles: list(text()),
    },
    run: (a) => {
      const r = relationOf(a);
      r.remark = a.args.text('remark', r.remark);
      r.description = a.args.text('description', r.description);
      if (a.args.has('remark_mobiles')) r.remark_mobiles = a.args.texts('remark_mobiles');
      edited(a.world, r);
      return {};
    },
  },
  {
    path: 'staff/tag',
    method: 'POST',
    help: 'the staff member puts corp tags on a customer and takes others off, in the client',
    fields: { ...pairOf, add_tag: list(text()), remove_tag: list(text()) },
    run: (a) => {
      const r = relationOf(a);
      const add = a.args.texts('add_tag');
      for (const id of add) if (!a.world.tagOf.has(id)) impossible(`no tag ${id}`);
      const off = new Set(a.args.texts('remove_tag'));
      r.tags = [...new Set([...r.tags.filter((t) => !off.has(t)), ...add])];
      edited(a.world, r);
      return {};
    },
  },
  {
    path: 'staff/join',
    method: 'POST',
    help: 'someone joins the corp',
    fields: {
      userid: need(text({ bytes: 64 })),
      name: need(text()),
      department: need(list(int(), { min: 1 })),
      activated: flag(),
    },
    run: ({ world, args }) => {
      if (world.staff.has(args.text('userid').toLowerCase())) impossible('the userid is taken');
      const department = args.ints('department');
      for (const d of department) if (!world.departments.has(d)) impossible(`no department ${d}`);
      const active = args.bool('activated', true);
      const staff: Staff = {
        userid: args.text('userid'),
        name: args.text('name'),
        position: '',
        department,
        leader: department.map(() => 0),
        status: active ? 1 : 4,
        real_named: active,
        contact_right: true,
        capacity: 5000,
      };
      joinStaff(world, staff);
      return { userid: staff.userid };
    },
  },
  {
    path: 'staff/set',
    method: 'POST',
    help: 'activates a staff member, gives or takes the contact right, the capacity, the status',
    fields: {
      userid,
      activated: flag(),
      contact_right: flag(),
      capacity: int({ min: 0 }),
      disabled: flag(),
    },
    run: (a) => {
      const s = staffOf(a);
      const { args } = a;
      if (args.has('activated')) {
        s.status = args.bool('activated') ? 1 : 4;
        s.real_named = args.bool('activated');
      }
      if (args.has('disabled')) s.status = args.bool('disabled') ? 2 : 1;
      s.contact_right = args.bool('contact_right', s.contact_right);
      s.capacity = args.int('capacity', s.capacity);
      return {};
    },
  },
  {
    path: 'staff/move',
    method: 'POST',
    help: 'the staff member changes departments',
    fields: { userid, department: need(list(int(), { min: 1 })) },
    run: (a) => {
      moveStaff(a.world, staffOf(a), a.args.ints('department'));
      return {};
    },
  },
  {
    path: 'staff/leave',
    method: 'POST',
    help: 'the staff member leaves the corp; customers and groups wait to be assigned',
    fields: { userid },
    run: (a) => {
      leaveStaff(a.world, staffOf(a));
      return {};
    },
  },
  {
    path: 'staff/confirm_message',
    method: 'POST',
    help: 'the staff member confirms a mass message',
    fields: { userid, msgid: need(text()) },
    run: (a) => {
      const m = a.world.messages.get(a.args.text('msgid')) ?? impossible('no such message');
      const why = confirmMessage(a.world, m, staffOf(a).userid);
      return why ? impossible(why) : {};
    },
  },
  {
    path: 'staff/publish_moment',
    method: 'POST',
    help: 'the staff member publishes a Moments post',
    fields: { userid, moment_id: need(text()) },
    run: (a) => {
      const id = a.args.text('moment_id');
      const m = [...a.world.moments.values()].find((one) => one.moment_id === id);
      const why = publishMoment(a.world, m ?? impossible('no such moment'), staffOf(a).userid);
      return why ? impossible(why) : {};
    },
  },
];
