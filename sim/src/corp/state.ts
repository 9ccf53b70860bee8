// The whole true state as rows in one order: what a connector should have arrived at.
import { byText } from '../base/canonical.ts';
import type { Relation } from './types.ts';
import type { World } from './world.ts';

const relationRow = (r: Relation) => ({
  userid: r.userid,
  external_userid: r.external_userid,
  status: r.status,
  customer_deleted: r.customer_deleted,
  createtime: r.createtime,
  add_way: r.add_way,
  state: r.state,
  remark: r.remark,
  description: r.description,
  remark_company: r.remark_company,
  remark_mobiles: r.remark_mobiles,
  tags: [...r.tags].sort(byText),
});

/** Rows sorted by their ids; the caller writes them as canonical JSON. */
export function trueState(world: World) {
  const relations = [...world.byStaff.values()].flatMap((m) => [...m.values()]);
  return {
    corpid: world.corpid,
    at_s: world.now(),
    departments: [...world.departments.values()].sort((a, b) => a.id - b.id),
    staff: [...world.staff.values()].sort((a, b) => byText(a.userid, b.userid)),
    customers: [...world.customers.values()].sort((a, b) =>
      byText(a.external_userid, b.external_userid),
    ),
    relations: relations
      .map(relationRow)
      .sort((a, b) => byText(a.userid, b.userid) || byText(a.external_userid, b.external_userid)),
    unassigned: [...world.unassigned.values()]
      .map((u) => ({ ...relationRow(u.relation), dimission_time: u.dimission_time }))
      .sort((a, b) => byText(a.userid, b.userid) || byText(a.external_userid, b.external_userid)),
    transfers: world.transfers,
    tag_groups: [...world.tagGroups.values()]
      .map((g) => ({ ...g, tags: [...g.tags.values()].sort((a, b) => byText(a.id, b.id)) }))
      .sort((a, b) => byText(a.id, b.id)),
    groups: [...world.groups.values()]
      .map((g) => ({
        chat_id: g.chat_id,
        name: g.name,
        notice: g.notice,
        owner: g.owner,
        admins: g.admins,
        create_time: g.create_time,
        status: g.status,
        member_version: g.member_version,
        members: [...g.members.values()].sort((a, b) => byText(a.id, b.id)),
        ...(world.picked.get(g.chat_id) ?? { template_id: '', greeted: [] }),
      }))
      .sort((a, b) => byText(a.chat_id, b.chat_id)),
    contact_ways: [...world.contactWays.values()].sort((a, b) => byText(a.config_id, b.config_id)),
    join_ways: [...world.joinWays.values()].sort((a, b) => byText(a.config_id, b.config_id)),
    templates: [...world.templates]
      .map(([template_id, t]) => ({ template_id, ...t }))
      .sort((a, b) => byText(a.template_id, b.template_id)),
    links: [...world.links.values()]
      .map((l) => ({ ...l, customers: [...l.customers.values()] }))
      .sort((a, b) => byText(a.link_id, b.link_id)),
    welcomes: [...world.welcomes.values()].sort((a, b) => byText(a.code, b.code)),
    messages: [...world.messages.values()]
      .map((m) => ({ ...m, tasks: [...m.tasks.values()] }))
      .sort((a, b) => byText(a.msgid, b.msgid)),
    moments: [...world.moments.values()]
      .map((m) => ({ ...m, tasks: Object.fromEntries(m.tasks) }))
      .sort((a, b) => byText(a.jobid, b.jobid)),
    app_messages: world.appMessages,
  };
}
