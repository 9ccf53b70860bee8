import { Segmented } from 'antd';
import { type ReactNode, useMemo } from 'react';
import { DaysPicker } from '@/components/DaysPicker';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useT } from '@/i18n/I18nProvider';
import { useAddress } from '@/lib/useAddress';
import { useResource } from '@/lib/useResource';

export type FiguresQuery<By extends string> = {
  by: By;
  from: string | undefined;
  to: string | undefined;
};

/** What every answer of figures says beside them. */
export interface FiguresFound {
  not_available: { key: string; reason: string }[];
}

interface Props<By extends string, Found extends FiguresFound> {
  ways: readonly [By, ...By[]];
  nameOf: (by: By) => string;
  read: (query: FiguresQuery<By>, signal: AbortSignal) => Promise<Found>;
  tools?: ReactNode;
  note?: (found: Found | undefined) => ReactNode;
  children: (found: Found, query: FiguresQuery<By>) => ReactNode;
}

/** Figures of some days, one way or another: both in the address; and what nobody tells, with the reason. */
export function FiguresPage<By extends string, Found extends FiguresFound>(props: Props<By, Found>) {
  const { ways, nameOf, read, tools, note, children } = props;
  const [address, change] = useAddress();
  const by = ways.find((one) => one === address.get('by')) ?? ways[0];
  const query = useMemo(
    () => ({ by, from: address.get('from') ?? undefined, to: address.get('to') ?? undefined }),
    [by, address],
  );
  const found = useResource(JSON.stringify(query), (signal) => read(query, signal));
  return (
    <>
      <div className="filters">
        <Segmented<By>
          value={by}
          onChange={(next) => change({ by: next })}
          options={ways.map((value) => ({ value, label: nameOf(value) }))}
        />
        <DaysPicker />
        {tools}
      </div>
      {note?.(found.data)}
      {found.error !== undefined && found.error !== null && (
        <ErrorNotice error={found.error} retry={found.reload} />
      )}
      {found.data ? children(found.data, query) : !found.error && <Waiting />}
      {found.data && <NotAvailable found={found.data} />}
    </>
  );
}

function NotAvailable({ found }: { found: FiguresFound }) {
  const t = useT();
  if (found.not_available.length === 0) return null;
  return (
    <section className="soft not-available">
      <h2 className="card-title">{t('not_available')}</h2>
      <ul>
        {found.not_available.map(({ key, reason }) => (
          <li key={key}>{reason}</li>
        ))}
      </ul>
    </section>
  );
}
