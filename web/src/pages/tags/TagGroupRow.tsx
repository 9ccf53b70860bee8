import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Dropdown } from 'antd';
import { useLocation } from 'wouter';
import { type Tag, type TagGroup, tags } from '@/api/catalogue';
import { useMay } from '@/app/session';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import type { TagTarget } from './TagForm';

interface Props {
  group: TagGroup;
  onTarget: (target: TagTarget) => void;
  changed: () => void;
}

/** A group and its tags; a tag's menu shows its customers, renames it, archives it. */
export function TagGroupRow({ group, onTarget, changed }: Props) {
  const { t } = useI18n();
  const may = useMay();
  const write = may('tag_write');
  return (
    <div className="tag-group">
      <div className="tag-group-name">
        {write ? (
          <Button
            type="text"
            size="small"
            title={t('action.rename')}
            onClick={() =>
              onTarget({ level: 'group', parent: null, edit: { id: group.id, name: group.name } })
            }
          >
            {group.name}
          </Button>
        ) : (
          group.name
        )}
      </div>
      <div className="tag-group-tags">
        {group.tags.map((tag) => (
          <TagChip key={tag.id} tag={tag} onTarget={onTarget} changed={changed} write={write} />
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

interface ChipProps {
  tag: Tag;
  onTarget: (target: TagTarget) => void;
  changed: () => void;
  write: boolean;
}

function TagChip({ tag, onTarget, changed, write }: ChipProps) {
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
  const items = [
    { key: 'show', label: t('tag.customers'), onClick: () => go(`/customers?tag_id=${tag.id}`) },
    ...(write
      ? [
          {
            key: 'edit',
            label: t('action.edit'),
            onClick: () =>
              onTarget({
                level: 'tag',
                parent: null,
                edit: { id: tag.id, name: tag.name, grain: tag.grain },
              }),
          },
          ...(tag.archived ? [] : [{ key: 'archive', label: t('tag.archive'), onClick: archive }]),
        ]
      : []),
  ];
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button size="small" className={tag.archived ? 'tag-chip archived' : 'tag-chip'}>
        {tag.name} <span className="soft">{f.number(tag.customers)}</span>
        {tag.grain === 'fine' && <span className="soft"> · {t('grain.fine')}</span>}
      </Button>
    </Dropdown>
  );
}
