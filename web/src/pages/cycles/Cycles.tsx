import { Button, Space, Switch, Tag } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { type CycleRow, cycles } from '@/api/cycles';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { RemoveButton } from '@/components/RemoveButton';
import { ScrollTable } from '@/components/ScrollTable';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';
import { CycleForm } from './CycleForm';
import { DueCard } from './DueCard';
import { useCycleWords } from './words';

/** Dates that matter: which there are, and how many are due when. */
export default function Cycles() {
  const { t } = useI18n();
  const may = useMay();
  const [address, setAddress] = useSearchParams();
  const found = useResource('cycles', cycles.list);
  const product = address.get('product');
  const [editing, setEditing] = useState<CycleRow | 'new' | null>(product === null ? null : 'new');
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  const items = found.data?.items ?? [];
  const shown = items.find(({ id }) => id === address.get('cycle')) ?? items[0];
  const close = () => {
    setEditing(null);
    if (product !== null) setAddress({}, { replace: true });
  };
  const add = may('audience_write') && (
    <Button type="primary" onClick={() => setEditing('new')}>
      {t('cycle.new')}
    </Button>
  );
  return (
    <div className="page-stack">
      <div className="toolbar">
        <span className="soft">{t('cycle.hint')}</span>
        <div className="toolbar-actions">
          {add}
          <ExportButton what="cycles" />
        </div>
      </div>
      {found.data && items.length === 0 ? (
        <EmptyState title={t('cycle.none')} hint={t('cycle.none_hint')} />
      ) : (
        <CycleTable
          rows={items}
          loading={found.loading}
          shown={shown?.id}
          show={(id) => setAddress({ cycle: id })}
          edit={setEditing}
          changed={found.reload}
        />
      )}
      {shown && <DueCard key={shown.id} cycle={shown} />}
      {editing && (
        <CycleForm
          cycle={editing === 'new' ? null : editing}
          product={product}
          done={found.reload}
          onClose={close}
        />
      )}
    </div>
  );
}

interface TableProps {
  rows: CycleRow[];
  loading: boolean;
  shown: string | undefined;
  show: (id: string) => void;
  edit: (cycle: CycleRow) => void;
  changed: () => void;
}

function CycleTable({ rows, loading, shown, show, edit, changed }: TableProps) {
  const { t, f } = useI18n();
  const may = useMay();
  const words = useCycleWords();
  return (
    <ScrollTable<CycleRow>
      rowKey="id"
      size="middle"
      pagination={false}
      loading={loading}
      dataSource={rows}
      columns={[
        {
          title: t('column.name'),
          render: (_, { id, name }) => (
            <Button type="link" onClick={() => show(id)}>
              {id === shown ? <strong>{name}</strong> : name}
            </Button>
          ),
        },
        { title: t('cycle.from'), render: (_, cycle) => words.from(cycle) },
        { title: t('cycle.length'), render: (_, cycle) => words.length(cycle) },
        { title: t('cycle.begun'), align: 'right', render: (_, { begun }) => f.number(begun) },
        { title: t('cycle.soon'), align: 'right', render: (_, { soon }) => f.number(soon) },
        { title: t('cycle.overdue'), align: 'right', render: (_, { overdue }) => f.number(overdue) },
        { title: t('cycle.enabled'), render: (_, cycle) => <Enabled cycle={cycle} changed={changed} /> },
        ...(may('audience_write')
          ? [
              {
                title: t('column.actions'),
                render: (_: unknown, cycle: CycleRow) => (
                  <Space>
                    <Button size="small" type="link" onClick={() => edit(cycle)}>
                      {t('action.edit')}
                    </Button>
                    <RemoveButton
                      question={t('cycle.remove_sure', { name: cycle.name })}
                      remove={() => cycles.remove(cycle.id)}
                      done={changed}
                    />
                  </Space>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

function Enabled({ cycle, changed }: { cycle: CycleRow; changed: () => void }) {
  const { t } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  if (!may('audience_write')) return cycle.enabled ? <Tag>{t('cycle.on')}</Tag> : null;
  return (
    <Switch
      size="small"
      aria-label={t('cycle.enabled')}
      checked={cycle.enabled}
      loading={busy}
      onChange={(enabled) =>
        void run(() => cycles.patch(cycle.id, { enabled })).then((ok) => ok && changed())
      }
    />
  );
}
