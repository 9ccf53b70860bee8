// The library of corp tags: groups with tags, both made by an app or in the client.
import type { Tag, TagGroup } from './types.ts';
import type { World } from './world.ts';

export const LIBRARY_TAGS = 10_000;
export const TAGS_ON_CUSTOMER = 2_000; // the platform does not publish its number

export interface NewTag {
  name: string;
  order?: number;
}

export function addGroup(world: World, name: string, order: number, agentid: number): TagGroup {
  const group: TagGroup = {
    id: world.id('et'),
    name,
    order,
    create_time: world.now(),
    tags: new Map(),
    by_agent: agentid,
  };
  world.tagGroups.set(group.id, group);
  return group;
}

export function addTag(world: World, group: TagGroup, tag: NewTag): Tag {
  const row: Tag = {
    id: world.id('et'),
    name: tag.name,
    order: tag.order ?? 0,
    create_time: world.now(),
  };
  group.tags.set(row.id, row);
  world.tagOf.set(row.id, group);
  return row;
}

/** Takes a tag out of the library and off every customer; an empty group goes too. */
export function dropTag(world: World, id: string): void {
  const group = world.tagOf.get(id);
  if (!group) return;
  group.tags.delete(id);
  world.tagOf.delete(id);
  for (const relations of world.byStaff.values()) {
    for (const r of relations.values()) {
      if (r.tags.includes(id)) r.tags = r.tags.filter((t) => t !== id);
    }
  }
  for (const { relation: r } of world.unassigned.values()) r.tags = r.tags.filter((t) => t !== id);
  if (group.tags.size === 0) world.tagGroups.delete(group.id);
}

export function dropGroup(world: World, group: TagGroup): void {
  for (const id of [...group.tags.keys()]) dropTag(world, id);
  world.tagGroups.delete(group.id);
}

/** A change made in the client or the console. Deleting a group tells of the group alone. */
export function tagEvent(world: World, change: string, id: string, kind: 'tag' | 'tag_group') {
  world.emit({
    event: 'change_external_tag',
    change,
    fields: [
      ['Id', id],
      ['TagType', kind],
    ],
  });
}

/** The order of a group's tags was changed by hand; "" is all groups. */
export function shuffled(world: World, id: string): void {
  world.emit({ event: 'change_external_tag', change: 'shuffle', fields: [['Id', id]] });
}
