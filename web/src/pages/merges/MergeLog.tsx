import { Button, Popconfirm } from 'antd';
import { useMemo, useState } from 'react';
import { type Merge, merges } from '@/api/customers';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column } from '@/components/list/types';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { CustomerLink } from './CustomerLink';
import { MergeByHand } from './MergeByHand';

export function MergeLog() {
  const { t, f } = useI18n();
  const { run } = useAction();
  const [version, setVersion] = useState(0);
  const columns = useMemo<Column<Merge>[]>(() => {
    const undo = async (id: string) => {
      if (await run(() => merges.undo(id), t('merge.undone_now'))) setVersion((n) => n + 1);
    };
    return [
      {
        key: 'kept',
        member: ['kept.id', 'kept.nickname'],
        title: t('merge.kept'),
        render: ({ kept }) => <CustomerLink customer={kept} />,
      },
      {
        key: 'merged',
        member: ['merged.id', 'merged.nickname'],
        title: t('merge.merged'),
        render: ({ merged }) => <CustomerLink customer={merged} />,
      },
      { key: 'reason', title: t('merge.reason'), render: ({ reason }) => t(`merge_reason.${reason}`) },
      { key: 'at', member: 'at_s', title: t('column.time'), render: ({ at_s }) => f.time(at_s) },
      {
        key: 'account',
        member: 'account.name',
        title: t('column.who'),
        render: ({ account }) => account?.name ?? t('merge.rule'),
      },
      {
        key: 'undo',
        member: 'undone_s',
        title: t('merge.undo'),
        render: ({ id, undone_s }) =>
          undone_s === null ? (
            <Popconfirm title={t('merge.undo_sure')} onConfirm={() => void undo(id)}>
              <Button size="small">{t('merge.undo')}</Button>
            </Popconfirm>
          ) : (
            <StatusTag tone="quiet">
              {t('merge.undone')} {f.time(undone_s)}
            </StatusTag>
          ),
      },
    ];
  }, [t, f, run]);
  return (
    <ListPage<Merge>
      name="merges"
      what="merges"
      columns={columns}
      load={merges.list}
      rowKey={({ id }) => id}
      paging="cursor"
      version={version}
      actions={<MergeByHand done={() => setVersion((n) => n + 1)} />}
      empty={<EmptyState title={t('merge.none')} hint={t('merge.none_hint')} />}
    />
  );
}
