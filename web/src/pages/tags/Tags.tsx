import { DownloadOutlined } from '@ant-design/icons';
import { Button, Card, Input, Switch } from 'antd';
import { useState } from 'react';
import { type TagCategory, tags } from '@/api/catalogue';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import type { T } from '@/i18n/text';
import { saveAs } from '@/lib/saveAs';
import { useResource } from '@/lib/useResource';
import { type Cell, makeXlsx } from '@/lib/xlsx';
import { TagForm, type TagTarget } from './TagForm';
import { TagGroupRow } from './TagGroupRow';

/** The catalogue of tags on its three levels: category, group, tag. */
export default function Tags() {
  const { t } = useI18n();
  const may = useMay();
  const found = useResource('tags', tags.all);
  const [q, setQ] = useState('');
  const [archived, setArchived] = useState(false);
  const [target, setTarget] = useState<TagTarget | null>(null);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;

  const categories = found.data.categories;
  const add = may('tag_write') && (
    <Button type="primary" onClick={() => setTarget({ level: 'category', parent: null, edit: null })}>
      {t('tag.new_category')}
    </Button>
  );
  return (
    <div className="page-stack">
      <div className="toolbar">
        <Input.Search
          allowClear
          className="filter-text"
          aria-label={t('tag.search')}
          placeholder={t('tag.search')}
          onChange={(event) => setQ(event.target.value)}
        />
        <label className="switch-label">
          <Switch size="small" checked={archived} onChange={setArchived} /> {t('tag.show_archived')}
        </label>
        <div className="toolbar-actions">
          {add}
          <Button
            icon={<DownloadOutlined />}
            onClick={() => saveAs(makeXlsx(sheet(categories, t)), `${t('menu.tags')}.xlsx`)}
          >
            {t('action.export')}
          </Button>
        </div>
      </div>
      {categories.length === 0 && <EmptyState title={t('tag.none')} hint={t('tag.none_hint')} action={add} />}
      {categories.map((category) => (
        <CategoryCard
          key={category.id}
          category={visible(category, q, archived)}
          onTarget={setTarget}
          changed={found.reload}
        />
      ))}
      {target && <TagForm target={target} done={found.reload} onClose={() => setTarget(null)} />}
    </div>
  );
}

interface CardProps {
  category: TagCategory;
  onTarget: (target: TagTarget) => void;
  changed: () => void;
}

function CategoryCard({ category, onTarget, changed }: CardProps) {
  const { t } = useI18n();
  const may = useMay();
  const edit = may('tag_write') && (
    <>
      <Button
        size="small"
        type="text"
        onClick={() =>
          onTarget({ level: 'category', parent: null, edit: { id: category.id, name: category.name } })
        }
      >
        {t('action.rename')}
      </Button>
      <Button size="small" onClick={() => onTarget({ level: 'group', parent: category.id, edit: null })}>
        {t('tag.new_group')}
      </Button>
    </>
  );
  return (
    <Card size="small" title={<h2 className="card-title">{category.name}</h2>} extra={edit}>
      {category.groups.length === 0 && <p className="soft">{t('tag.no_groups')}</p>}
      {category.groups.map((group) => (
        <TagGroupRow key={group.id} group={group} onTarget={onTarget} changed={changed} />
      ))}
    </Card>
  );
}

/** The category with only the tags that contain the words and, unless asked for, none that are archived. */
function visible(category: TagCategory, q: string, archived: boolean): TagCategory {
  const words = q.trim().toLowerCase();
  const groups = category.groups.map((group) => ({
    ...group,
    tags: group.tags.filter(
      (tag) => (archived || !tag.archived) && `${group.name} ${tag.name}`.toLowerCase().includes(words),
    ),
  }));
  return { ...category, groups: words === '' ? groups : groups.filter(({ tags: left }) => left.length > 0) };
}

/** The whole catalogue as a table: it is here already, so no job is needed. */
function sheet(categories: TagCategory[], t: T): Cell[][] {
  const rows = categories.flatMap((category) =>
    category.groups.flatMap((group) =>
      group.tags.map((tag) => [category.name, group.name, tag.name, t(`grain.${tag.grain}`), tag.customers]),
    ),
  );
  return [
    [t('tag.category'), t('tag.group'), t('customer.tag'), t('tag.grain'), t('column.customers')],
    ...rows,
  ];
}
