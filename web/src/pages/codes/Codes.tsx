import { Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { MediaShelf } from '@/components/media/MediaShelf';
import { useT } from '@/i18n/I18nProvider';
import { CodeList } from './CodeList';
import { CodeQuota } from './CodeQuota';
import { CodeStats } from './CodeStats';

/** Codes that customers scan or open, and what they brought. */
export default function Codes() {
  const t = useT();
  const [query, setQuery] = useSearchParams();
  return (
    <Tabs
      destroyOnHidden
      activeKey={query.get('tab') ?? 'codes'}
      onChange={(tab) => setQuery({ tab })}
      items={[
        { key: 'codes', label: t('code.codes'), children: <CodeList /> },
        { key: 'media', label: t('media.title'), children: <MediaShelf /> },
        { key: 'statistics', label: t('code.statistics'), children: <CodeStats /> },
        { key: 'quota', label: t('quota.tab'), children: <CodeQuota /> },
      ]}
    />
  );
}
