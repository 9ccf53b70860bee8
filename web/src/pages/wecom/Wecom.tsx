import { Badge, Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { wecom } from '@/api/wecom';
import { useMay } from '@/app/session';
import { useT } from '@/i18n/I18nProvider';
import { useEachMinute } from '@/lib/useEachMinute';
import { useResource } from '@/lib/useResource';
import { Connect } from './Connect';
import { Inbox } from './Inbox';
import { Outbox } from './Outbox';
import { Sync } from './Sync';
import { Welcomes } from './Welcomes';
import './wecom.css';
import './words';

/** Everything between WeCom and us: connecting, what came, what is to be told, the welcomes. */
export default function Wecom() {
  const t = useT();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const found = useResource('wecom-status', wecom.status);
  useEachMinute(found.reload);
  const { inbox_dead = 0, outbox_dead = 0, outbox_unsure = 0 } = found.data ?? {};
  const tabs = [
    ...(may('setting_write') ? [{ key: 'connect', label: t('wecom.connect'), children: <Connect /> }] : []),
    { key: 'sync', label: t('wecom.sync'), children: <Sync /> },
    {
      key: 'inbox',
      label: <Counted label={t('wecom.inbox')} count={inbox_dead} />,
      children: <Inbox dead={found.data && inbox_dead} changed={found.reload} />,
    },
    {
      key: 'outbox',
      label: <Counted label={t('wecom.outbox')} count={outbox_dead + outbox_unsure} />,
      children: <Outbox changed={found.reload} />,
    },
    { key: 'welcomes', label: t('wecom.welcomes'), children: <Welcomes /> },
  ];
  return (
    <Tabs
      className="wecom-tabs"
      destroyOnHidden
      activeKey={query.get('tab') ?? tabs[0]?.key ?? 'inbox'}
      onChange={(tab) => setQuery({ tab })}
      items={tabs}
    />
  );
}

/** A tab with how many rows in it want a look. */
function Counted({ label, count }: { label: string; count: number }) {
  return (
    <>
      {label} {count > 0 && <Badge count={count} size="small" overflowCount={999} color="#b3122b" />}
    </>
  );
}
