import { Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { useMay } from '@/app/session';
import { useT } from '@/i18n/I18nProvider';
import { Catalogue } from './Catalogue';
import { Coverage } from './Coverage';

/** The tags there are, and how far they have come. */
export default function Tags() {
  const t = useT();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  if (!may('report_read')) return <Catalogue />;
  return (
    <Tabs
      destroyOnHidden
      activeKey={query.get('tab') ?? 'catalogue'}
      onChange={(tab) => setQuery(tab === 'catalogue' ? {} : { tab })}
      items={[
        { key: 'catalogue', label: t('menu.tags'), children: <Catalogue /> },
        { key: 'coverage', label: t('tag.coverage'), children: <Coverage /> },
      ]}
    />
  );
}
