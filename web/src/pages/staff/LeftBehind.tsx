import { Alert, Space } from 'antd';
import { Link } from 'wouter';
import { people } from '@/api/catalogue';
import { TransferButton } from '@/components/transfer/TransferButton';
import { useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

/** Who left and still has customers; nothing when there is nobody. */
export function LeftBehind() {
  const t = useT();
  const found = useResource('left', people.left);
  const list = found.data?.items ?? [];
  if (list.length === 0) return null;
  return (
    <Alert
      type="warning"
      title={t('staff.left_behind')}
      description={
        <ul className="plain-list">
          {list.map(({ staff, customers }) => (
            <li key={staff.id}>
              <span>{t('staff.left_one', { name: staff.name ?? staff.id, n: customers })}</span>
              <Space>
                <Link href={`/customers?bound_to=${staff.id}`}>{t('staff.see')}</Link>
                <TransferButton
                  whom={{ from_staff_id: staff.id }}
                  name={t('transfer.from', { name: staff.name ?? staff.id })}
                  done={found.reload}
                />
              </Space>
            </li>
          ))}
        </ul>
      }
    />
  );
}
