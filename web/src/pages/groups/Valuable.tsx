import { Card } from 'antd';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { GroupDetail } from '@/api/catalogue';
import { groups, type ValuableMember } from '@/api/groups';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

/** Members who matter; those who are in this group only are to be invited elsewhere before it is given up. */
export function Valuable({ group }: { group: GroupDetail }) {
  const { t, f } = useI18n();
  const may = useMay();
  const asked = may('customer_read') && group.dismissed_s === null;
  const found = useResource(asked ? group.id : null, (signal) => groups.valuable(group.id, signal));
  const columns = useMemo(
    () => [
      {
        key: 'name',
        title: t('group.member'),
        render: ({ id, nickname, alone }: ValuableMember) => (
          <>
            <Link href={`/customers?open=${id}`}>{nickname ?? id}</Link>{' '}
            {alone && <StatusTag tone="warn">{t('group.valuable_alone')}</StatusTag>}
          </>
        ),
      },
      {
        key: 'spend_fen',
        title: t('group.valuable_spend'),
        align: 'right' as const,
        render: ({ spend_fen }: ValuableMember) => f.money(spend_fen),
      },
    ],
    [t, f],
  );
  if (!asked) return null;
  const hidden = found.data?.hidden ?? 0;
  if (found.error !== undefined && found.error !== null)
    return <ErrorNotice error={found.error} retry={found.reload} />;
  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('group.valuable_title')}</h2>}
      extra={<ExportButton what="group_valuable" size="small" filter={{ group_id: group.id }} />}
    >
      <ScrollTable<ValuableMember>
        size="small"
        columns={columns}
        rowKey="id"
        dataSource={found.data?.items ?? []}
        loading={found.loading}
        locale={{
          emptyText: hidden > 0 ? t('group.valuable_hidden', { n: hidden }) : t('group.valuable_none'),
        }}
        pagination={(found.data?.items.length ?? 0) > 10 ? { pageSize: 10, size: 'small' } : false}
      />
      {hidden > 0 && (found.data?.items.length ?? 0) > 0 && (
        <p className="chart-note">{t('group.valuable_hidden', { n: hidden })}</p>
      )}
    </Card>
  );
}
