import { Link } from 'wouter';
import { useMay } from '@/app/session';
import { useT } from '@/i18n/I18nProvider';

export function ImportLink() {
  const t = useT();
  const may = useMay();
  return may('import') ? <Link href="/import/new">{t('import.begin')}</Link> : null;
}
