// The rows of the simulated corp. Names are those of the wire where the wire has one.

export interface Department {
  id: number;
  name: string;
  parentid: number; // 0 for the root
  order: number;
}

export interface Staff {
  userid: string;
  name: string;
  position: string;
  department: number[];
  leader: number[]; // 0 or 1, beside `department`
  status: 1 | 2 | 4 | 5; // active, disabled, not activated, left
  real_named: boolean;
  contact_right: boolean; // may have customers
  capacity: number; // most customers
  left_s?: number;
}

export interface Customer {
  external_userid: string;
  name: string;
  type: 1 | 2; // WeChat, WeCom
  gender: 0 | 1 | 2;
  avatar: string;
  unionid?: string;
  openid?: string;
  position?: string;
  corp_name?: string;
  corp_full_name?: string;
}

/** A customer with a staff member. Rows of staff who left wait in `unassigned`. */
export interface Relation {
  userid: string;
  external_userid: string;
  status: 'half' | 'friend';
  customer_deleted: boolean; // the customer deleted the staff member; the row stays
  createtime: number;
  add_way: number;
  state: string;
  oper_userid: string;
  remark: string;
  description: string;
  remark_company: string;
  remark_mobiles: string[];
  tags: string[]; // corp tags, oldest first
  personal_tags: string[];
  link_id?: string;
  chats: number; // messages from the customer
  last_chat_s: number; // 0: never
}

export interface Tag {
  id: string;
  name: string;
  order: number;
  create_time: number;
}
export interface TagGroup extends Tag {
  tags: Map<string, Tag>;
  by_agent: number; // the app that made it; 0: made in the client
}

export interface Member {
  id: string;
  type: 1 | 2;
  join_time: number;
  join_scene: 1 | 2 | 3;
  invitor?: string;
  state?: string;
}
export interface Group {
  chat_id: string;
  opengid: string;
  name: string;
  notice: string;
  owner: string;
  admins: string[];
  create_time: number;
  members: Map<string, Member>;
  changes: number; // counts changes of members
  member_version: string;
  status: 0 | 1 | 2 | 3;
  moved_s: number[]; // hand-overs of the group on the job
}

export interface ContactWay {
  config_id: string;
  create_time: number;
  fields: Record<string, unknown>; // as the caller wrote them
}
export interface Link {
  link_id: string;
  agentid: number;
  create_time: number;
  url: string;
  link_name: string;
  skip_verify: boolean;
  mark_source?: boolean;
  range: { user_list: string[]; department_list: number[] };
  priority_option?: Record<string, unknown>;
  customers: Map<string, { userid: string; external_userid: string; state: string }>;
  clicks: number[]; // seconds
}

export interface WelcomeCode {
  code: string;
  userid: string;
  external_userid: string;
  issued_ms: number;
  sent?: Record<string, unknown>;
  closed: boolean; // sent
}

export interface SendRow {
  to: string; // external_userid or chat_id
  status: 0 | 1 | 2 | 3;
  send_time?: number;
}
export interface MassTask {
  userid: string;
  status: 0 | 2;
  send_time?: number;
  rows: SendRow[];
}
export interface MassMessage {
  msgid: string;
  agentid: number;
  chat_type: 'single' | 'group';
  create_time: number;
  text?: unknown;
  attachments?: unknown;
  tasks: Map<string, MassTask>;
  reminded_s: number[];
  cancelled: boolean;
}

export interface Moment {
  jobid: string;
  moment_id: string;
  agentid: number;
  create_time: number;
  text?: unknown;
  attachments: { msgtype: string; [k: string]: unknown }[];
  tag_list: string[];
  visible: 0 | 1;
  tasks: Map<string, { publish_status: 0 | 1; at_s?: number; customers: string[] }>;
  comments: { userid: string; external_userid: string; at_s: number; kind: 'like' | 'comment' }[];
  cancelled: boolean;
  invalid: { users: string[]; departments: number[]; tags: string[] };
}

export interface Transfer {
  n: number;
  kind: 'onjob' | 'resigned';
  handover: string;
  takeover: string;
  external_userid: string;
  start_s: number;
  status: 1 | 2 | 3 | 4; // done, waiting, refused, takeover full
  takeover_time: number;
}
export interface Unassigned {
  relation: Relation;
  dimission_time: number;
}

export interface Media {
  media_id: string;
  purpose: 'message' | 'moment' | 'album';
  type: string;
  filename: string;
  content_type: string;
  created_s: number;
  bytes: Buffer;
}

/** An app of the corp, or one of the two system secrets. */
export interface App {
  agentid: number;
  name: string;
  kind: 'app' | 'contacts' | 'customer';
  secret: string;
  range: { departments: number[]; users: string[] };
  customer_contact: boolean; // listed under the apps that may call 客户联系
}

export interface Behavior {
  chat_cnt: number;
  message_cnt: number;
  replies: number;
  new_apply_cnt: number;
  new_contact_cnt: number;
  negative_feedback_cnt: number;
}

/** An event for the callback address, before it is XML. Values that are numbers get no CDATA. */
export interface CallbackEvent {
  event: string;
  change: string;
  fields: [string, string | number | { items: string[] }][];
}
