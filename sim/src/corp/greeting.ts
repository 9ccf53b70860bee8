// What a group greets who joins with: an owner picks one of the corp's templates for a group, in the
// client. Nobody is told of it.
import type { Group, Member } from './types.ts';
import type { World } from './world.ts';

/** Somebody who joined was greeted so. */
export interface Greeted {
  id: string;
  at_s: number;
  template_id: string;
  fields: Record<string, unknown>; // as the template then said, with the nickname filled in
}

/** Of a group: what its owner picked, '' nothing; and whom it greeted, oldest first. */
export interface Picked {
  template_id: string;
  greeted: Greeted[];
}

const pickedOf = (world: World, chat_id: string): Picked =>
  world.picked.get(chat_id) ?? { template_id: '', greeted: [] };

/** The owner picks a template for a group, or none ('') any more. */
export function pickTemplate(world: World, chat_id: string, template_id: string): void {
  world.picked.set(chat_id, { ...pickedOf(world, chat_id), template_id });
}

/** A template is deleted: groups that used it greet nobody any more. */
export function dropTemplate(world: World, template_id: string): void {
  world.templates.delete(template_id);
  for (const picked of world.picked.values()) {
    if (picked.template_id === template_id) picked.template_id = '';
  }
}

/** Customers have joined: each is greeted by their nickname. */
export function greet(world: World, group: Group, members: Member[]): void {
  const picked = world.picked.get(group.chat_id);
  const template = world.templates.get(picked?.template_id ?? '');
  if (!picked || !template) return;
  for (const { id, type } of members) {
    const name = world.customers.get(id)?.name;
    if (type !== 2 || name === undefined) continue;
    const { agentid, notify, ...fields } = structuredClone(template.fields);
    void agentid;
    void notify;
    const text = fields['text'] as { content?: string } | undefined;
    if (text?.content) text.content = text.content.replaceAll('%NICKNAME%', () => name);
    picked.greeted.push({ id, at_s: world.now(), template_id: picked.template_id, fields });
  }
}
