import { Button, Card, Input, Switch } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { type TagCategory, tags } from '@/api/catalogue';
import type { OutboxRow } from '@/api/wecom';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { Waiting } from '@/components/Waiting';
import { useT } from '@/i18n/I18nProvider';
import { useResource, useRested } from '@/lib/useResource';
import { Compare } from './Compare';
import { OpenWishes } from './OpenWishes';
import { TagForm, type TagTarget } from './TagForm';
import { TagGroupRow } from './TagGroupRow';
import { wishesById } from './words';

const PAUSE_MS = 3000;

/** Changes that WeCom has not taken; while one waits, looked at again and again, and `moved` called each time. */
function useWishes(may: boolean, moved: () => void) {
  const found = useResource(may ? 'tag-wishes' : null, tags.wishes);
  const { data, reload } = found;
  const waits = data?.items.some(({ state }) => state === 'waiting') ?? false;
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return;
      reload();
      moved();
    }, PAUSE_MS);
    return () => clearInterval(timer);
  }, [waits, reload, moved]);
  return found;
}

/** The catalogue of tags on its three levels: category, group, tag. */
export function Catalogue() {
  const t = useT();
  const may = useMay();
  const [q, setQ] = useState('');
  const [archived, setArchived] = useState(false);
  const filter = { q: useRested(q.trim(), 200), ...(!archived && { archived: false }) };
  const found = useResource(JSON.stringify(filter), (signal) => tags.all(signal, filter));
  const wishes = useWishes(may('tag_write'), found.reload);
  const byId = useMemo(() => wishesById(wishes.data?.items ?? []), [wishes.data]);
  const changed = () => {
    found.reload();
    wishes.reload();
  };
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
          {may('tag_write') && <Compare changed={changed} />}
          {add}
          <ExportButton what="tags" filter={filter} />
        </div>
      </div>
      {may('tag_write') && <p className="soft tag-rule">{t('tag_sync.rule')}</p>}
      {wishes.data && wishes.data.items.length > 0 && (
        <OpenWishes wishes={wishes.data.items} changed={changed} />
      )}
      {categories.length === 0 && <EmptyState title={t('tag.none')} hint={t('tag.none_hint')} action={add} />}
      {categories.map((category) => (
        <CategoryCard
          key={category.id}
          category={category}
          onTarget={setTarget}
          changed={changed}
          wishes={byId}
        />
      ))}
      {target && <TagForm target={target} done={changed} onClose={() => setTarget(null)} />}
    </div>
  );
}

interface CardProps {
  category: TagCategory;
  onTarget: (target: TagTarget) => void;
  changed: () => void;
  wishes: Map<string, OutboxRow>;
}

function CategoryCard({ category, onTarget, changed, wishes }: CardProps) {
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
        <TagGroupRow key={group.id} group={group} onTarget={onTarget} changed={changed} wishes={wishes} />
      ))}
    </Card>
  );
}
