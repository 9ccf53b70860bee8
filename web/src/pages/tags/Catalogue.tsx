import { Button, Card, Input, Switch } from 'antd';
import { useState } from 'react';
import { type TagCategory, tags } from '@/api/catalogue';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { Waiting } from '@/components/Waiting';
import { useT } from '@/i18n/I18nProvider';
import { useResource, useRested } from '@/lib/useResource';
import { TagForm, type TagTarget } from './TagForm';
import { TagGroupRow } from './TagGroupRow';

/** The catalogue of tags on its three levels: category, group, tag. */
export function Catalogue() {
  const t = useT();
  const may = useMay();
  const [q, setQ] = useState('');
  const [archived, setArchived] = useState(false);
  const filter = { q: useRested(q.trim(), 200), ...(!archived && { archived: false }) };
  const found = useResource(JSON.stringify(filter), (signal) => tags.all(signal, filter));
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
          <ExportButton what="tags" filter={filter} />
        </div>
      </div>
      {categories.length === 0 && <EmptyState title={t('tag.none')} hint={t('tag.none_hint')} action={add} />}
      {categories.map((category) => (
        <CategoryCard key={category.id} category={category} onTarget={setTarget} changed={found.reload} />
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
  const t = useT();
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
