import { Link } from 'wouter';
import { useT } from '@/i18n/I18nProvider';

export function CustomerLink({ customer }: { customer: { id: string; nickname: string | null } }) {
  const t = useT();
  return (
    <Link href={`/customers?open=${customer.id}&tab=profile`}>
      {customer.nickname ?? t('customer.no_nickname')}
    </Link>
  );
}
