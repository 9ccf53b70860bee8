// Events as the XML that WeCom writes: text in CDATA, numbers and member versions bare, fields in the documented order.
import type { CallbackEvent } from '../corp/types.ts';

const cdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Texts that the documents' samples write without CDATA. */
const bare = new Set(['LastMemVer', 'CurMemVer']);

function element(name: string, value: CallbackEvent['fields'][number][1]): string {
  if (typeof value === 'number' || bare.has(name)) return `<${name}>${value}</${name}>`;
  if (typeof value === 'string') return `<${name}>${cdata(value)}</${name}>`;
  const items = value.items.map((i) => `<Item>${escaped(i)}</Item>`).join('');
  return `<${name}>${items}</${name}>`;
}

/** Fields that stand before ChangeType, by event. */
const ahead: Record<string, readonly string[]> = {
  change_external_chat: ['ChatId'],
  change_external_tag: ['Id', 'TagType'],
};

/** The message of an event, before it is encrypted. */
export function eventXml(corpid: string, at_s: number, e: CallbackEvent): string {
  const first = ahead[e.event] ?? [];
  const is = (f: CallbackEvent['fields'][number]) => first.includes(f[0]);
  const rows: CallbackEvent['fields'] = [
    ['ToUserName', corpid],
    ['FromUserName', 'sys'],
    ['CreateTime', at_s],
    ['MsgType', 'event'],
    ['Event', e.event],
    ...e.fields.filter(is),
    ['ChangeType', e.change],
    ...e.fields.filter((f) => !is(f)),
  ];
  return `<xml>${rows.map(([name, value]) => element(name, value)).join('')}</xml>`;
}

/** What is posted: who it is for, and the secret part. */
export const envelopeXml = (corpid: string, agentid: string, secret: string): string =>
  `<xml>${element('ToUserName', corpid)}${element('AgentID', agentid)}` +
  `${element('Encrypt', secret)}</xml>`;
