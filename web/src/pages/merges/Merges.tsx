import { Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { useI18n } from '@/i18n/I18nProvider';
import { MergeLog } from './MergeLog';
import { Proposals } from './Proposals';

/** Customers that may be one person, for a human to decide; and every merge so far, with its undo. */
export default function Merges() {
  const { t } = useI18n();
  const [query, setQuery] = useSearchParams();
  return (
    <Tabs
      destroyOnHidden
      activeKey={query.get('tab') ?? 'open'}
      onChange={(tab) => setQuery({ tab })}
      items={[
        { key: 'open', label: t('merge.proposals'), children: <Proposals /> },
        { key: 'log', label: t('merge.log'), children: <MergeLog /> },
      ]}
    />
  );
}
