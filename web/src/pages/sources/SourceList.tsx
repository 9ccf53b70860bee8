import { Button, Form, Input, Select, Space } from 'antd';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { type Source, sources } from '@/api/catalogue';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { FormModal } from '@/components/FormModal';
import { ListPage } from '@/components/list/ListPage';
import type { Column } from '@/components/list/types';
import { RemoveButton } from '@/components/RemoveButton';
import { useI18n } from '@/i18n/I18nProvider';

const kinds = [
  'code',
  'group_code',
  'region_code',
  'link',
  'parcel',
  'fission',
  'offline',
  'live',
  'search',
  'introduction',
  'import',
  'shop',
  'other',
] as const;

export function SourceList() {
  const { t, f } = useI18n();
  const may = useMay();
  const write = may('cost_write');
  const [version, setVersion] = useState(0);
  const [editing, setEditing] = useState<Source | 'new' | null>(null);
  const changed = () => setVersion((n) => n + 1);
  const columns = useMemo<Column<Source>[]>(() => {
    const kind = (name: string) => kinds.find((one) => one === name);
    const all: Column<Source>[] = [
      { key: 'name', title: t('column.name'), render: ({ name }) => <strong>{name}</strong> },
      {
        key: 'kind',
        title: t('column.kind'),
        render: (source) => {
          const known = kind(source.kind);
          return known ? t(`source_kind.${known}`) : source.kind;
        },
      },
      {
        key: 'customers',
        title: t('source.customers'),
        align: 'right',
        render: ({ id, customers }) => <Link href={`/customers?source_id=${id}`}>{f.number(customers)}</Link>,
      },
      {
        key: 'cost',
        member: 'cost_fen',
        title: t('source.cost'),
        align: 'right',
        render: ({ cost_fen }) => f.money(cost_fen),
      },
      {
        key: 'cost_each',
        member: null,
        title: t('source.cost_each'),
        align: 'right',
        render: ({ customers, cost_fen }) =>
          f.money(customers > 0 && cost_fen !== null ? cost_fen / customers : null),
      },
    ];
    if (!write) return all;
    return [
      ...all,
      {
        key: 'actions',
        member: null,
        title: t('column.actions'),
        render: (source) => (
          <Space>
            <Button size="small" type="link" onClick={() => setEditing(source)}>
              {t('action.edit')}
            </Button>
            <RemoveButton
              question={t('source.archive_sure', { name: source.name })}
              remove={() => sources.remove(source.id)}
              label={t('action.archive')}
              done={() => setVersion((n) => n + 1)}
            />
          </Space>
        ),
      },
    ];
  }, [t, f, write]);
  return (
    <>
      <ListPage<Source>
        name="sources"
        columns={columns}
        load={sources.list}
        rowKey={({ id }) => id}
        paging="whole"
        version={version}
        actions={
          write && (
            <Button type="primary" onClick={() => setEditing('new')}>
              {t('source.new')}
            </Button>
          )
        }
        empty={<EmptyState title={t('source.none')} hint={t('source.none_hint')} />}
      />
      {editing && <SourceForm source={editing} done={changed} onClose={() => setEditing(null)} />}
    </>
  );
}

interface FormProps {
  source: Source | 'new';
  done: () => void;
  onClose: () => void;
}

function SourceForm({ source, done, onClose }: FormProps) {
  const { t } = useI18n();
  const save = (values: { name: string; kind: string }) =>
    source === 'new' ? sources.add(values) : sources.patch(source.id, values);
  return (
    <FormModal<{ name: string; kind: string }>
      title={source === 'new' ? t('source.new') : t('action.edit')}
      initial={source === 'new' ? { kind: 'other' } : source}
      save={save}
      done={done}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('column.name')} rules={[{ required: true, whitespace: true }]}>
        <Input autoFocus maxLength={60} />
      </Form.Item>
      <Form.Item name="kind" label={t('column.kind')}>
        <Select options={kinds.map((value) => ({ value, label: t(`source_kind.${value}`) }))} />
      </Form.Item>
    </FormModal>
  );
}
