import { Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { useMay } from '@/app/session';
import '@/components/transfer/words';
import { useT } from '@/i18n/I18nProvider';
import { Alerts } from './Alerts';
import { Rates } from './Rates';

/** Who was lost, and where more are lost than usual. */
export default function Churn() {
  const t = useT();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  if (!may('report_read')) return <Alerts />;
  return (
    <Tabs
      destroyOnHidden
      activeKey={query.get('tab') ?? 'alerts'}
      onChange={(tab) => setQuery(tab === 'alerts' ? {} : { tab })}
      items={[
        { key: 'alerts', label: t('churn.alerts'), children: <Alerts /> },
        { key: 'rates', label: t('churn.rates'), children: <Rates /> },
      ]}
    />
  );
}
