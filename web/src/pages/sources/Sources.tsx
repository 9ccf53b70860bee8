import { Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { useI18n } from '@/i18n/I18nProvider';
import { CostList } from './CostList';
import { SourceList } from './SourceList';

/** Where customers come from, and what was spent on it. */
export default function Sources() {
  const { t } = useI18n();
  const [query, setQuery] = useSearchParams();
  return (
    <Tabs
      destroyOnHidden
      activeKey={query.get('tab') ?? 'sources'}
      onChange={(tab) => setQuery({ tab })}
      items={[
        { key: 'sources', label: t('source.sources'), children: <SourceList /> },
        { key: 'costs', label: t('source.costs'), children: <CostList /> },
      ]}
    />
  );
}
