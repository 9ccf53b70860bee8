import { Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { type Cost, costs } from '@/api/catalogue';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { RemoveButton } from '@/components/RemoveButton';
import { useI18n } from '@/i18n/I18nProvider';
import { sourceOptions } from '@/lib/options';
import { CostForm } from './CostForm';

export function CostList() {
  const { t, f } = useI18n();
  const may = useMay();
  const write = may('cost_write');
  const [version, setVersion] = useState(0);
  const [editing, setEditing] = useState<Cost | 'new' | null>(null);
  const filters = useMemo<Filter[]>(
    () => [{ kind: 'remote', key: 'source_id', label: t('customer.source'), load: sourceOptions }],
    [t],
  );
  const columns = useMemo<Column<Cost>[]>(() => {
    const all: Column<Cost>[] = [
      {
        key: 'source',
        member: 'source.name',
        title: t('customer.source'),
        render: ({ source }) => source.name,
      },
      { key: 'kind', title: t('column.kind'), render: ({ kind }) => t(`cost_kind.${kind}`) },
      { key: 'from_day', title: t('cost.from'), render: ({ from_day }) => f.day(from_day) },
      { key: 'to_day', title: t('cost.to'), render: ({ to_day }) => f.day(to_day) },
      {
        key: 'amount',
        member: 'amount_fen',
        title: t('column.amount'),
        align: 'right',
        render: ({ amount_fen }) => f.money(amount_fen),
      },
      { key: 'note', title: t('column.note'), render: ({ note }) => note ?? '—' },
    ];
    if (!write) return all;
    return [
      ...all,
      {
        key: 'actions',
        member: null,
        title: t('column.actions'),
        render: (cost) => (
          <Space>
            <Button size="small" type="link" onClick={() => setEditing(cost)}>
              {t('action.edit')}
            </Button>
            <RemoveButton
              question={t('cost.remove_sure')}
              remove={() => costs.remove(cost.id)}
              done={() => setVersion((n) => n + 1)}
            />
          </Space>
        ),
      },
    ];
  }, [t, f, write]);
  return (
    <>
      <ListPage<Cost>
        name="costs"
        columns={columns}
        filters={filters}
        load={costs.list}
        rowKey={({ id }) => id}
        paging="cursor"
        version={version}
        actions={
          write && (
            <Button type="primary" onClick={() => setEditing('new')}>
              {t('cost.new')}
            </Button>
          )
        }
        empty={<EmptyState title={t('cost.none')} hint={t('cost.none_hint')} />}
      />
      {editing && (
        <CostForm cost={editing} done={() => setVersion((n) => n + 1)} onClose={() => setEditing(null)} />
      )}
    </>
  );
}
