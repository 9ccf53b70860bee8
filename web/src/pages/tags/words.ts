import type { TagDifference } from '@/api/catalogue';
import type { OutboxRow } from '@/api/wecom';
import { tagsEn } from '@/i18n/tags.en';
import { tagsZh } from '@/i18n/tags.zh';
import { addWords, type T } from '@/i18n/text';

addWords({ zh: tagsZh, en: tagsEn });

/** The last open wish about each tag and each group ("tag 1", "group 2"); they come newest first. */
export function wishesById(rows: readonly OutboxRow[]): Map<string, OutboxRow> {
  const found = new Map<string, OutboxRow>();
  for (const row of [...rows].reverse()) {
    if (row.tag) found.set(`tag ${row.tag.id}`, row);
    if (row.group) found.set(`group ${row.group.id}`, row);
  }
  return found;
}

/** What differs, by its name here or, where it is not here, there. */
export function differenceOf(d: TagDifference, t: T): string {
  const name = d.name ?? d.there_name ?? '';
  if (d.level === 'group') return t('tag_sync.group_of', { name });
  return t('tag_sync.tag_of', { group: d.group ?? d.there_group ?? '', name });
}

/** How it differs. */
export function differenceText(d: TagDifference, t: T): string {
  if (d.kind === 'only_there')
    return t(d.name === null ? 'tag_difference.only_there' : 'tag_difference.only_there_deleted');
  if (d.kind === 'only_here')
    return t(d.winner === 'wecom' ? 'tag_difference.only_here_gone' : 'tag_difference.only_here');
  const there = (d.kind === 'group' ? d.there_group : d.there_name) ?? '';
  return t(`tag_difference.${d.kind}`, { there });
}
