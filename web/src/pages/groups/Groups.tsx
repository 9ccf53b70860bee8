import { Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { useMay } from '@/app/session';
import '@/components/transfer/words';
import { useT } from '@/i18n/I18nProvider';
import { AllGroups } from './AllGroups';
import { Review } from './Review';
import { Sift } from './Sift';
import { Totals } from './Totals';
import './groups.css';

/** Groups as a business: all of them, those to see to, and who should be asked into one. */
export default function Groups() {
  const t = useT();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  return (
    <div className="page-stack">
      <Totals />
      <Tabs
        destroyOnHidden
        activeKey={query.get('tab') ?? 'all'}
        onChange={(tab) => setQuery(tab === 'all' ? {} : { tab })}
        items={[
          { key: 'all', label: t('group.tab_all'), children: <AllGroups /> },
          { key: 'review', label: t('group.tab_review'), children: <Review /> },
          ...(may('customer_read') ? [{ key: 'sift', label: t('group.tab_sift'), children: <Sift /> }] : []),
        ]}
      />
    </div>
  );
}
