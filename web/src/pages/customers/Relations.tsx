import { ScrollTable } from '@/components/ScrollTable';
import type { CustomerDetail } from '@/api/customers';
import { StatusTag } from '@/components/StatusTag';
import { TagList } from '@/components/TagList';
import { useI18n } from '@/i18n/I18nProvider';
import { Binding } from './Binding';

/** With which staff they are or were friends, and in which groups they are or were. */
export function Relations({ customer }: { customer: CustomerDetail }) {
  const { t, f } = useI18n();
  const ended = (deleted_s: number | null, by: string | null) =>
    deleted_s === null ? (
      <StatusTag tone="good">{t('relation.friends')}</StatusTag>
    ) : (
      <StatusTag tone="warn">
        {t(by === 'customer' ? 'relation.by_customer' : 'relation.by_staff')} {f.date(deleted_s)}
      </StatusTag>
    );
  return (
    <div className="page-stack">
      <Binding id={customer.id} />
      <ScrollTable
        size="small"
        rowKey="id"
        pagination={false}
        dataSource={customer.relations}
        locale={{ emptyText: t('relation.none') }}
        columns={[
          { title: t('customer.staff'), render: (_, { staff }) => staff.name },
          { title: t('customer.added'), render: (_, { added_s }) => f.date(added_s) },
          {
            title: t('column.state'),
            render: (_, { deleted_s, deleted_by }) => ended(deleted_s, deleted_by),
          },
          { title: t('relation.remark'), render: (_, { remark }) => remark ?? '—' },
          { title: t('customer.tags'), render: (_, { tags }) => <TagList tags={tags} /> },
        ]}
      />
      <ScrollTable
        size="small"
        rowKey="id"
        pagination={false}
        dataSource={customer.groups}
        locale={{ emptyText: t('relation.no_groups') }}
        columns={[
          { title: t('group.name'), dataIndex: 'name' },
          { title: t('group.joined'), dataIndex: 'joined_s', render: (s: number) => f.date(s) },
          {
            title: t('column.state'),
            dataIndex: 'left_s',
            render: (s: number | null) =>
              s === null ? (
                <StatusTag tone="good">{t('group.inside')}</StatusTag>
              ) : (
                <StatusTag tone="quiet">
                  {t('group.left')} {f.date(s)}
                </StatusTag>
              ),
          },
        ]}
      />
    </div>
  );
}
