import { Link } from 'wouter';
import { EmptyState } from '@/components/EmptyState';
import { useT } from '@/i18n/I18nProvider';

export function NotFound() {
  const t = useT();
  return <EmptyState title={t('shell.not_found_hint')} action={<Link href="/">{t('shell.home')}</Link>} />;
}
