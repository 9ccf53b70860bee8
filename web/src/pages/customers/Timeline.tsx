import { Button, Select } from 'antd';
import { useEffect, useState } from 'react';
import { lookups } from '@/api/catalogue';
import { customers, type Named, type TimelineEvent } from '@/api/customers';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

/** Who did what, when, through which touchpoint; newest first, older ones on demand. */
export function Timeline({ id }: { id: string }) {
  const { t, language } = useI18n();
  const [kind, setKind] = useState<string>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [events, setEvents] = useState<TimelineEvent[]>([]);
  const kinds = useResource('kinds', lookups.eventKinds);
  const found = useResource(`${id} ${kind ?? ''} ${cursor ?? ''}`, (signal) =>
    customers.timeline(id, { kind, cursor }, signal),
  );
  const page = found.data;
  useEffect(() => {
    if (page)
      setEvents((old) => [...old, ...page.items.filter(({ seq }) => !old.some((one) => one.seq === seq))]);
  }, [page]);

  const choose = (next?: string) => {
    setKind(next);
    setCursor(null);
    setEvents([]);
  };
  return (
    <div>
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        className="filter-select"
        placeholder={t('timeline.kind')}
        aria-label={t('timeline.kind')}
        value={kind}
        onChange={choose}
        options={(kinds.data?.items ?? []).map((one) => ({ value: one.name, label: one[language] }))}
      />
      <ExportButton what="timeline" filter={{ customer_id: id, kind }} />
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      <ol className="timeline">
        {events.map((event) => (
          <OneEvent key={event.seq} event={event} />
        ))}
      </ol>
      {page && events.length === 0 && <p className="soft">{t('timeline.none')}</p>}
      {page?.next && (
        <Button loading={found.loading} onClick={() => setCursor(page.next)}>
          {t('timeline.older')}
        </Button>
      )}
    </div>
  );
}

const nameOf = (thing: Named | string | null) => (typeof thing === 'string' ? thing : thing?.name);

function OneEvent({ event }: { event: TimelineEvent }) {
  const { t, f } = useI18n();
  const through = [nameOf(event.channel), nameOf(event.staff)].filter(Boolean).join(' · ');
  return (
    <li className={event.retracted ? 'retracted' : undefined}>
      <time dateTime={new Date(event.at_s * 1000).toISOString()}>{f.time(event.at_s)}</time>
      <div>
        <strong>{event.kind_name}</strong> {event.object?.name}{' '}
        {event.amount_fen !== null && event.amount_fen !== 0 && <span>{f.money(event.amount_fen)}</span>}
        {event.retracted && <span className="soft"> {t('timeline.retracted')}</span>}
        {through && <div className="soft">{through}</div>}
      </div>
    </li>
  );
}
