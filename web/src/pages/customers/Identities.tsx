import { ScrollTable } from '@/components/ScrollTable';
import type { CustomerDetail } from '@/api/customers';
import { useI18n } from '@/i18n/I18nProvider';
import type { Key } from '@/i18n/text';

const kinds: Record<string, Key> = {
  unionid: 'identity.unionid',
  external_userid: 'identity.external_userid',
  openid: 'identity.openid',
  phone: 'identity.phone',
  buyer: 'identity.buyer',
  card: 'identity.card',
};

export function Identities({ customer }: { customer: CustomerDetail }) {
  const { t, f } = useI18n();
  return (
    <section>
      <h3>{t('customer.identities')}</h3>
      <ScrollTable
        size="small"
        rowKey="id"
        pagination={false}
        dataSource={customer.identities}
        columns={[
          {
            title: t('column.kind'),
            dataIndex: 'kind',
            render: (kind: string) => (kinds[kind] ? t(kinds[kind]) : kind),
          },
          { title: t('identity.issuer'), dataIndex: 'issuer', render: (issuer: string) => issuer || '—' },
          { title: t('column.value'), dataIndex: 'value', render: (value: string | null) => value ?? '•••' },
          { title: t('column.since'), dataIndex: 'created_s', render: (s: number) => f.date(s) },
        ]}
      />
      {customer.merged_from.length > 0 && (
        <p className="soft">{t('customer.merged_from', { ids: customer.merged_from.join(', ') })}</p>
      )}
    </section>
  );
}
