import { Button, Drawer, Space } from 'antd';
import { useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { type Audience, audiences } from '@/api/audiences';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { RemoveButton } from '@/components/RemoveButton';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { Versions } from './Versions';

export default function AudienceList() {
  const { t, f, language } = useI18n();
  const may = useMay();
  const write = may('audience_write');
  const [, go] = useLocation();
  const [version, setVersion] = useState(0);
  const [history, setHistory] = useState<Audience | null>(null);
  const columns = useMemo<Column<Audience>[]>(
    () => [
      {
        key: 'name',
        title: t('column.name'),
        render: ({ id, name }) => <Link href={`/audiences/new?id=${id}`}>{name}</Link>,
      },
      {
        key: 'sentence',
        member: 'expression',
        title: t('audience.who'),
        width: 420,
        render: (audience) => (
          <>
            <div>{language === 'zh' ? audience.sentence_zh : audience.sentence_en}</div>
            <code className="expression">{audience.expression}</code>
            {audience.problem && <StatusTag tone="bad">{audience.problem}</StatusTag>}
          </>
        ),
      },
      {
        key: 'size',
        title: t('audience.size'),
        align: 'right',
        render: ({ id, size }) => <Link href={`/customers?audience_id=${id}`}>{f.number(size)}</Link>,
      },
      {
        key: 'live',
        title: t('audience.live'),
        render: ({ live }) => (live ? <StatusTag tone="good">{t('audience.is_live')}</StatusTag> : '—'),
      },
      { key: 'note', title: t('column.note'), render: ({ note }) => note ?? '—' },
      {
        key: 'created',
        member: 'created_s',
        title: t('column.created'),
        render: ({ created_s }) => f.date(created_s),
      },
      {
        key: 'actions',
        member: null,
        title: t('column.actions'),
        render: (audience) => (
          <Space>
            <Button size="small" type="link" onClick={() => setHistory(audience)}>
              {t('audience.version', { n: audience.version })}
            </Button>
            {write && (
              <RemoveButton
                label={t('action.archive')}
                question={t('audience.archive_sure', { name: audience.name })}
                remove={() => audiences.remove(audience.id)}
                done={() => setVersion((n) => n + 1)}
              />
            )}
          </Space>
        ),
      },
    ],
    [t, f, language, write],
  );
  const filters = useMemo<Filter[]>(() => [{ kind: 'text', key: 'q', label: t('audience.search') }], [t]);
  const compose = (
    <Button type="primary" onClick={() => go('/audiences/new')}>
      {t('audience.new')}
    </Button>
  );
  return (
    <>
      <ListPage<Audience>
        name="audiences"
        paging="cursor"
        columns={columns}
        filters={filters}
        load={audiences.list}
        rowKey={({ id }) => id}
        version={version}
        actions={compose}
        empty={<EmptyState title={t('audience.none')} hint={t('audience.none_hint')} action={compose} />}
      />
      <Drawer
        open={history !== null}
        onClose={() => setHistory(null)}
        size={560}
        title={history?.name}
        destroyOnHidden
      >
        {history && <Versions audience={history} />}
      </Drawer>
    </>
  );
}
