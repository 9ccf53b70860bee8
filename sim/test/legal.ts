// For every endpoint a call that is allowed, on a corp made ready for it.
import type { Booted, Json, Reply } from './helper.ts';

export interface Legal {
  args: Json;
  as?: string; // the app that calls
  errcode?: number; // a refusal that belongs to the business
}

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(64, 7)]);

export async function upload(
  sim: Booted,
  path: string,
  query: Json,
  bytes = JPEG,
  field = 'media',
): Promise<Reply> {
  const form = new FormData();
  form.append(field, new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), '图.jpg');
  const access_token = sim.tokens.get('koi') ?? (await sim.token('koi'));
  const q = new URLSearchParams({ access_token });
  for (const [k, v] of Object.entries(query)) q.set(k, String(v));
  const res = await fetch(`${sim.url}/cgi-bin/${path}?${q}`, { method: 'POST', body: form });
  return { errcode: 0, ...((await res.json()) as Json) };
}

interface State {
  relations: { userid: string; external_userid: string; customer_deleted: boolean }[];
  tag_groups: { id: string; tags: { id: string }[] }[];
  groups: { chat_id: string; owner: string }[];
  customers: { external_userid: string; unionid?: string }[];
}

/** Makes a corp ready and says what may be called on it. */
export async function legalCalls(sim: Booted): Promise<Map<string, Legal>> {
  const c = 'externalcontact/';
  const now = (await sim.control<{ at_s: number }>('clock')).at_s;
  const state = await sim.control<State>('state');
  const r = state.relations.find((one) => !one.customer_deleted && one.external_userid[1] === 'm');
  const group = state.groups[0];
  if (!r || !group) throw new Error('the corp is too small');
  const { userid, external_userid } = r;
  const other = userid === 'staff1' ? 'staff2' : 'staff1';
  const unionid = state.customers.find((one) => one.external_userid === external_userid)?.unionid;
  const leaver = 'leaver';
  await sim.control('staff/join', { userid: leaver, name: '要走的', department: [1] });
  const lost = await sim.control('customer/add', { userid: leaver });
  const left = await sim.control('group/create', { owner: leaver, name: '没人管的群' });
  await sim.control('staff/leave', { userid: leaver });
  await sim.control('customer/add', { userid });
  const way = await sim.call(`${c}add_contact_way`, { type: 1, scene: 2, user: [userid] });
  const join = await sim.call(`${c}groupchat/add_join_way`, {
    scene: 2,
    chat_id_list: [group.chat_id],
  });
  const made = await sim.call(`${c}add_corp_tag`, { group_name: '接口建', tag: [{ name: '甲' }] });
  const tag_group = made['tag_group'] as { group_id: string; tag: { id: string }[] };
  const tag = tag_group.tag[0]?.id;
  const template = await sim.call(`${c}group_welcome_template/add`, { text: { content: '好' } });
  const link = await sim.call(`${c}customer_acquisition/create_link`, {
    link_name: '链接',
    range: { user_list: [userid] },
  });
  const { link_id } = link['link'] as { link_id: string };
  const scanned = await sim.control<Json>('customer/scan', { link_id, customer_channel: '甲' });
  await sim.control('customer/chat', {
    userid: scanned['userid'],
    external_userid: scanned['external_userid'],
    from: 'customer',
    messages: 4,
  });
  const journal = await sim.control<{ entries: { what: { fields?: Json } }[] }>('journal');
  const field = (name: string) =>
    journal.entries.map((e) => e.what.fields?.[name]).findLast((v) => v !== undefined);
  const msg = await sim.call(`${c}add_msg_template`, {
    external_userid: [external_userid],
    sender: userid,
    text: { content: '你好' },
  });
  const media = await upload(sim, 'media/upload', { type: 'image' });
  const moment = await sim.call(`${c}add_moment_task`, { text: { content: '朋友圈' } });
  await sim.control('clock/advance', { seconds: 6 });
  const { jobid } = moment;
  const job = await sim.call(`${c}get_moment_task_result`, undefined, { jobid });
  const { moment_id } = job['result'] as { moment_id: string };
  const app = await sim.call('message/send', {
    touser: userid,
    msgtype: 'text',
    agentid: 1000002,
    text: { content: '通知' },
  });
  const code = async (body: Json) => (await sim.control('oauth/code', body))['code'];
  const ticketed = await sim.call('auth/getuserinfo', undefined, {
    code: await code({ userid, private: true }),
  });
  const welcome = async () => {
    await sim.control('customer/add', { userid });
    const later = await sim.control<{ entries: { what: { fields?: Json } }[] }>('journal');
    return later.entries.map((e) => e.what.fields?.['WelcomeCode']).findLast((v) => v);
  };
  const open = await sim.call('user/simplelist', undefined, { department_id: 1 });
  const { openid } = await sim.call('user/convert_to_openid', { userid });
  const service = await sim.call(`${c}to_service_external_userid`, { external_userid });
  const whole = { start_time: now - 86_400, end_time: now + 86_400 };
  const days = { start_time: now - 3 * 86_400, end_time: now - 86_400 };
  const q = `${c}customer_acquisition`;
  const g = `${c}groupchat/`;
  const { config_id } = way;
  const owner_filter = { userid_list: [group.owner] };
  const hand = { handover_userid: userid, takeover_userid: other };
  const resigned = { handover_userid: leaver, takeover_userid: other };
  const rows: [string, Json, Omit<Legal, 'args'>?][] = [
    ['gettoken', { corpid: sim.corpid, corpsecret: sim.app('koi').secret }],
    ['getcallbackip', {}],
    ['get_api_domain_ip', {}],
    ['auth/getuserinfo', { code: await code({ userid }) }],
    ['auth/getuserdetail', { user_ticket: ticketed['user_ticket'] }],
    ['get_jsapi_ticket', {}],
    ['ticket/get', { type: 'agent_config' }],
    ['user/get', { userid }],
    ['user/list', { department_id: 1 }],
    ['user/simplelist', { department_id: 1 }],
    ['user/list_id', { limit: 100 }, { as: 'contacts' }],
    ['department/list', { id: 1 }],
    ['department/simplelist', { id: 1 }],
    ['department/get', { id: 1 }],
    ['user/convert_to_openid', { userid }],
    ['user/convert_to_userid', { openid }],
    [`${c}convert_to_openid`, { external_userid }],
    [`${c}unionid_to_external_userid`, { unionid, openid: 'o1' }],
    ['idconvert/unionid_to_external_userid', { unionid, openid: 'o1', subject_type: 0 }],
    [
      `${c}from_service_external_userid`,
      { external_userid: service['external_userid'], source_agentid: 1 },
    ],
    [`${c}to_service_external_userid`, { external_userid }],
    [
      'batch/openuserid_to_userid',
      {
        open_userid_list: (open['userlist'] as { open_userid: string }[]).map((u) => u.open_userid),
        source_agentid: 1,
      },
    ],
    [`${c}opengid_to_chatid`, { opengid: 'og' }, { errcode: 90511 }],
    [`${c}get_follow_user_list`, {}],
    [`${c}list`, { userid }],
    [`${c}get`, { external_userid }],
    [`${c}batch/get_by_user`, { userid_list: [userid], limit: 100 }],
    [`${c}remark`, { userid, external_userid, remark: '备注', remark_mobiles: [''] }],
    [`${c}contact_list`, { limit: 100 }],
    [`${c}get_corp_tag_list`, {}],
    [`${c}add_corp_tag`, { group_id: tag_group.group_id, tag: [{ name: '乙', order: 1 }] }],
    [`${c}edit_corp_tag`, { id: tag, name: '丙' }],
    [`${c}mark_tag`, { userid, external_userid, add_tag: [tag] }],
    [`${c}del_corp_tag`, { tag_id: [tag] }],
    [`${c}transfer_customer`, { ...hand, external_userid: [external_userid] }],
    [`${c}transfer_result`, hand],
    [`${c}resigned/transfer_customer`, { ...resigned, external_userid: [lost['external_userid']] }],
    [`${c}resigned/transfer_result`, resigned],
    [`${g}transfer`, { chat_id_list: [left['chat_id']], new_owner: other }],
    [`${g}onjob_transfer`, { chat_id_list: [group.chat_id], new_owner: other }],
    [`${c}get_unassigned_list`, { page_size: 10 }],
    [`${c}add_contact_way`, { type: 2, scene: 2, user: [userid], state: 's' }],
    [`${c}get_contact_way`, { config_id }],
    [`${c}list_contact_way`, { limit: 10 }],
    [`${c}update_contact_way`, { config_id, remark: '改' }],
    [`${c}del_contact_way`, { config_id }],
    [`${c}close_temp_chat`, { userid, external_userid }],
    [`${g}list`, { limit: 10, owner_filter }],
    [`${g}get`, { chat_id: group.chat_id, need_name: 1 }],
    [`${g}add_join_way`, { scene: 2, chat_id_list: [group.chat_id] }],
    [`${g}get_join_way`, { config_id: join['config_id'] }],
    [
      `${g}update_join_way`,
      { config_id: join['config_id'], scene: 2, chat_id_list: [group.chat_id] },
    ],
    [`${g}del_join_way`, { config_id: join['config_id'] }],
    [`${c}group_welcome_template/add`, { text: { content: '欢迎' } }],
    [
      `${c}group_welcome_template/edit`,
      { template_id: template['template_id'], text: { content: '欢迎' } },
    ],
    [`${c}group_welcome_template/get`, { template_id: template['template_id'] }],
    [`${c}group_welcome_template/del`, { template_id: template['template_id'] }],
    [`${c}send_welcome_msg`, { welcome_code: await welcome(), text: { content: '欢迎' } }],
    [`${c}add_msg_template`, { chat_type: 'single', text: { content: '大家好' } }],
    [`${c}get_groupmsg_list_v2`, { chat_type: 'single', ...whole }],
    [`${c}get_groupmsg_task`, { msgid: msg['msgid'] }],
    [`${c}get_groupmsg_send_result`, { msgid: msg['msgid'], userid }],
    [`${c}remind_groupmsg_send`, { msgid: msg['msgid'] }],
    [`${c}cancel_groupmsg_send`, { msgid: msg['msgid'] }],
    [`${c}add_moment_task`, { text: { content: '朋友圈' } }],
    [`${c}get_moment_task_result`, { jobid }],
    [`${c}get_moment_list`, { ...whole }],
    [`${c}get_moment_task`, { moment_id }],
    [`${c}get_moment_customer_list`, { moment_id, userid }],
    [`${c}get_moment_send_result`, { moment_id, userid }],
    [`${c}get_moment_comments`, { moment_id, userid }],
    [`${c}cancel_moment_task`, { moment_id }],
    ['media/upload', { type: 'image' }],
    ['media/upload_attachment', { media_type: 'image', attachment_type: 1 }],
    ['media/uploadimg', {}],
    ['media/get', { media_id: media['media_id'] }],
    [
      'message/send',
      { touser: userid, msgtype: 'text', agentid: 1000002, text: { content: '通知' } },
    ],
    ['message/recall', { msgid: app['msgid'] }],
    [`${q}/list_link`, {}],
    [`${q}/get`, { link_id }],
    [`${q}/create_link`, { link_name: '又一', range: { user_list: [userid] } }],
    [`${q}/update_link`, { link_id, link_name: '改名' }],
    [`${q}/customer`, { link_id }],
    [`${q}_quota`, {}],
    [`${q}/statistic`, { link_id, ...days }],
    [`${q}/get_chat_info`, { chat_key: field('ChatKey') }],
    [`${q}/delete_link`, { link_id }],
    [`${c}get_user_behavior_data`, { userid: [userid], ...days }],
    [`${g}statistic`, { day_begin_time: days.start_time, owner_filter }],
    [
      `${g}statistic_group_by_day`,
      { day_begin_time: days.start_time, day_end_time: days.end_time, owner_filter },
    ],
  ];
  return new Map(rows.map(([path, args, o]) => [path, { args, ...o }]));
}
