import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Dropdown } from 'antd';
import { useLocation } from 'wouter';
import { type Tag, type TagGroup, tags } from '@/api/catalogue';
import type { OutboxRow } from '@/api/wecom';
import { useMay } from '@/app/session';
import { StatusTag } from '@/components/StatusTag';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import type { TagTarget } from './TagForm';
import './tags.css';

/** Open wishes of tags and groups, by "tag 1", "group 2". */
type Wishes = ReadonlyMap<string, OutboxRow>;

interface Props {
  group: TagGroup;
  onTarget: (target: TagTarget) => void;
  changed: () => void;
  wishes: Wishes;
}

/** A group and its tags: whose it is, what waits to be told; menus change it. */
export function TagGroupRow({ group, onTarget, changed, wishes }: Props) {
  const { t } = useI18n();
  const may = useMay();
  const write = may('tag_write');
  return (
    <div className="tag-group">
      <div className="tag-group-name">
        {write ? <GroupMenu group={group} onTarget={onTarget} changed={changed} /> : group.name}
        <Whose group={group} wish={wishes.get(`group ${group.id}`)} />
      </div>
      <div className="tag-group-tags">
        {group.tags.map((tag) => (
          <TagChip
            key={tag.id}
            tag={tag}
            group={group}
            onTarget={onTarget}
            changed={changed}
            write={write}
            wish={wishes.get(`tag ${tag.id}`)}
          />
        ))}
        {write && (
          <Button
            size="small"
            type="dashed"
            icon={<PlusOutlined />}
            aria-label={`${t('tag.new')} (${group.name})`}
            onClick={() => onTarget({ level: 'tag', parent: group.id, edit: null })}
          />
        )}
      </div>
    </div>
  );
}

/** Whether a group is WeCom's, is to be, or is Koi's own; and what became of the last change of it. */
function Whose({ group, wish }: { group: TagGroup; wish: OutboxRow | undefined }) {
  const t = useT();
  return (
    <span className="tag-whose">
      {!group.wecom && <StatusTag tone="quiet">{t('tag_sync.own')}</StatusTag>}
      {group.wecom && group.told && <StatusTag tone="good">{t('tag_sync.at_wecom')}</StatusTag>}
      {group.wecom && !group.told && <StatusTag tone="busy">{t('tag_sync.waits')}</StatusTag>}
      {wish && <Told wish={wish} />}
    </span>
  );
}

const tones = { waiting: 'busy', dead: 'bad', unsure: 'warn' } as const;

/** What became of a change: a word beside the name. */
function Told({ wish: { state } }: { wish: OutboxRow }) {
  const t = useT();
  if (state === 'done' || state === 'dropped') return null;
  return <StatusTag tone={tones[state]}>{t(`tag_sync.wish_${state}`)}</StatusTag>;
}

function GroupMenu({ group, onTarget, changed }: Omit<Props, 'wishes'>) {
  const { t } = useI18n();
  const { modal } = App.useApp();
  const { run } = useAction();
  const inUse = group.tags.filter(({ archived }) => !archived).length;
  const share = () =>
    modal.confirm({
      title: t('tag_sync.share'),
      content: t('tag_sync.share_sure', { name: group.name, n: inUse }),
      onOk: () => run(() => tags.share(group.id), t('tag_sync.shared')).then(changed),
    });
  const rename = () => onTarget({ level: 'group', parent: null, edit: { id: group.id, name: group.name } });
  const items = [
    { key: 'rename', label: t('action.rename'), onClick: rename },
    ...(group.wecom ? [] : [{ key: 'share', label: t('tag_sync.share'), onClick: share }]),
  ];
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button type="text" size="small">
        {group.name}
      </Button>
    </Dropdown>
  );
}

interface ChipProps {
  tag: Tag;
  group: TagGroup;
  onTarget: (target: TagTarget) => void;
  changed: () => void;
  write: boolean;
  wish: OutboxRow | undefined;
}

/** A tag; its menu shows its customers, renames it, archives it, deletes it at WeCom. */
function TagChip({ tag, group, onTarget, changed, write, wish }: ChipProps) {
  const { t, f } = useI18n();
  const { modal } = App.useApp();
  const { run } = useAction();
  const [, go] = useLocation();
  const archive = () =>
    modal.confirm({
      title: t('tag.archive_title', { name: tag.name }),
      content: t('tag.archive_hint', { n: tag.customers }),
      onOk: () => run(() => tags.remove('tag', tag.id)).then(changed),
    });
  const deleteThere = () =>
    modal.confirm({
      title: t('tag_sync.delete_title', { name: tag.name }),
      content: t('tag_sync.delete_hint', { n: tag.customers }),
      okText: t('tag_sync.delete'),
      okButtonProps: { danger: true },
      onOk: () => run(() => tags.removeAtWecom(tag.id), t('tag_sync.deleted')).then(changed),
    });
  const edit = () =>
    onTarget({ level: 'tag', parent: null, edit: { id: tag.id, name: tag.name, grain: tag.grain } });
  const items = [
    { key: 'show', label: t('tag.customers'), onClick: () => go(`/customers?tag_id=${tag.id}`) },
    ...(write ? [{ key: 'edit', label: t('action.edit'), onClick: edit }] : []),
    ...(write && !tag.archived ? [{ key: 'archive', label: t('tag.archive'), onClick: archive }] : []),
    ...(write && group.told
      ? [{ key: 'delete', label: t('tag_sync.delete'), danger: true, onClick: deleteThere }]
      : []),
  ];
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button size="small" className={tag.archived ? 'tag-chip archived' : 'tag-chip'}>
        {tag.name} <span className="soft">{f.number(tag.customers)}</span>
        {tag.grain === 'fine' && <span className="soft"> · {t('grain.fine')}</span>}
        {wish && <Told wish={wish} />}
      </Button>
    </Dropdown>
  );
}
