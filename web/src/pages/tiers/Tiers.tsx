import { Button, Dropdown, Space, Tabs } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { type TierModel, type TierModelBody, tierModels } from '@/api/audiences';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { ModelForm } from './ModelForm';
import { ModelView } from './ModelView';

export type Editing = { id: string | null; body: TierModelBody };

/** Tier models: who stands where, and who moved. */
export default function Tiers() {
  const { t } = useI18n();
  const [query, setQuery] = useSearchParams();
  const found = useResource('tier-models', tierModels.list);
  const [editing, setEditing] = useState<Editing | null>(null);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  const models = found.data.items;
  const active = models.find(({ id }) => id === query.get('model')) ?? models[0];
  return (
    <div>
      <div className="toolbar">
        <div className="toolbar-actions">{active && <NewModel onEdit={setEditing} />}</div>
      </div>
      {active ? (
        <Tabs
          destroyOnHidden
          activeKey={active.id}
          onChange={(model) => setQuery({ model })}
          items={models.map((model) => ({
            key: model.id,
            label: model.name,
            children: <ModelView model={model} reload={found.reload} onEdit={setEditing} />,
          }))}
        />
      ) : (
        <EmptyState
          title={t('tier.none')}
          hint={t('tier.none_hint')}
          action={<NewModel onEdit={setEditing} />}
        />
      )}
      {editing && <ModelForm editing={editing} done={found.reload} onClose={() => setEditing(null)} />}
    </div>
  );
}

/** A new model from what ships with Koi, or from nothing. */
function NewModel({ onEdit }: { onEdit: (editing: Editing) => void }) {
  const { t } = useI18n();
  const may = useMay();
  const templates = useResource(may('tier_write') ? 'tier-templates' : null, tierModels.templates);
  if (!may('tier_write')) return null;
  const own: TierModelBody = { name: '', kind: 'own', period_days: 90, tiers: [] };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          ...(templates.data?.items ?? []).map((body, index) => ({
            key: String(index),
            label: body.name,
            onClick: () => onEdit({ id: null, body }),
          })),
          { type: 'divider' as const },
          { key: 'own', label: t('tier.own'), onClick: () => onEdit({ id: null, body: own }) },
        ],
      }}
    >
      <Button type="primary">
        <Space>{t('tier.new')}</Space>
      </Button>
    </Dropdown>
  );
}

export type { TierModel };
