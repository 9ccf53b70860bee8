import { Progress } from 'antd';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { type Coverage as Row, tags } from '@/api/catalogue';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column } from '@/components/list/types';
import { useI18n } from '@/i18n/I18nProvider';

/** For each member of staff: how many of their friends wear any tag. */
export function Coverage() {
  const { t, f } = useI18n();
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        key: 'staff',
        member: 'staff.name',
        title: t('customer.staff'),
        render: ({ staff }) => <Link href={`/customers?staff_id=${staff.id}`}>{staff.name}</Link>,
      },
      {
        key: 'customers',
        title: t('staff.customers'),
        align: 'right',
        render: ({ customers }) => f.number(customers),
      },
      {
        key: 'tagged',
        title: t('tag.tagged'),
        align: 'right',
        render: ({ tagged }) => f.number(tagged),
      },
      {
        key: 'share',
        title: t('tag.coverage'),
        width: 260,
        render: ({ staff, share }) => (
          <Progress
            size="small"
            percent={share * 100}
            format={() => f.percent(share, 0)}
            aria-label={`${t('tag.coverage')} ${staff.name}`}
          />
        ),
      },
    ],
    [t, f],
  );
  return (
    <>
      <p className="soft">{t('tag.coverage_note')}</p>
      <ListPage<Row>
        name="tag-coverage"
        what="tag_coverage"
        columns={columns}
        load={tags.coverage}
        rowKey={({ staff }) => staff.id}
        paging="whole"
        empty={<EmptyState title={t('tag.coverage_none')} hint={t('tag.coverage_none_hint')} />}
      />
    </>
  );
}
