import { Card, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import type { Asked, RfmNow as Data } from '@/api/analyses';
import { ChartCard } from '@/components/chart/ChartCard';
import { EmptyState } from '@/components/EmptyState';
import { useI18n, useT } from '@/i18n/I18nProvider';
import type { T } from '@/i18n/text';
import { eventsText, readSpec, writeSpec } from '@/lib/analyses/events';
import { Cuts } from '@/pages/rfm/Cuts';
import { matrixOption, matrixRows, type Measure } from '@/pages/rfm/matrix';
import { Answer } from './Answer';
import { sharedOf, WhenAndWhom } from './Common';
import { EventsField } from './EventsField';
import { Field } from './Field';
import { type Behind, PickedCustomers } from './PickedCustomers';
import { useAddress } from './useAddress';
import { useAnswer } from './useAnswer';
import { useExported } from './useAsked';

const usualWindow = 'last 365d';

/** RFM of any window, audience and kind of purchase, computed for the question; nothing is stored. */
export default function RfmNow() {
  const t = useT();
  const [address, change] = useAddress();
  const events = readSpec(address.get('events') ?? 'order');
  const asked: Asked | null =
    events.kinds.length === 0 ? null : { ...sharedOf(address, usualWindow), events: eventsText(events) };
  const found = useAnswer('rfm', asked);
  return (
    <>
      <Card size="small" title={<h2 className="card-title">{t('rfm.now_form')}</h2>}>
        <div className="analysis-fields">
          <Field label={t('again.events')}>
            <EventsField
              label={t('again.events')}
              value={events}
              onChange={(next) => change({ events: writeSpec(next) })}
            />
          </Field>
          <WhenAndWhom address={address} change={change} usual={usualWindow} />
        </div>
      </Card>
      {asked === null ? (
        <EmptyState title={t('again.no_events')} hint={t('again.no_events_hint')} />
      ) : (
        <Answer found={found} asked={asked}>
          {(data) => <Matrix data={data} />}
        </Answer>
      )}
    </>
  );
}

/** Everyone of a square, then those of each M in it. */
function behindOf({ cells }: Data, r: number, f: number, t: T): Behind[] {
  const here = cells.filter((cell) => cell.r === r && cell.f === f).toSorted((a, b) => b.m - a.m);
  const texts = here.map(({ expression }) => expression);
  const name = `R${r} F${f}`;
  const all = {
    title: t('rfm.who', { cell: name }),
    customers: here.reduce((n, { customers }) => n + customers, 0),
    expression: texts.includes(null) ? null : texts.map((text) => `(${text})`).join(' or '),
  };
  if (here.length < 2) return here.map((cell) => ({ ...all, expression: cell.expression }));
  const parts = here.map((cell) => ({ ...cell, title: t('rfm.who', { cell: `${name} M${cell.m}` }) }));
  return [all, ...parts];
}

function Matrix({ data }: { data: Data }) {
  const { t, f } = useI18n();
  const exported = useExported('analysis_rfm');
  const [measure, setMeasure] = useState<Measure>('customers');
  const [behind, setBehind] = useState<Behind[] | null>(null);
  const rows = useMemo(() => matrixRows(data.cells), [data]);
  const option = useMemo(() => matrixOption(rows, measure, t, f), [rows, measure, t, f]);
  const show = (row: number) => {
    const cell = rows[row];
    if (cell) setBehind(behindOf(data, cell.r, cell.f, t));
  };
  const cuts = { ...data.cuts, orders: data.cuts.purchases };
  return (
    <>
      <ChartCard
        title={t('rfm.question')}
        note={
          <>
            {t('rfm.now_answer', { buyers: data.buyers })} {t('rfm.note')} {t('rfm.now_press')}
            {data.buyers > 0 && <Cuts cuts={cuts} />}
          </>
        }
        option={option}
        height={380}
        onPick={({ dataIndex }) => show(dataIndex)}
        {...exported}
        table={{
          columns: [
            { key: 'r', title: 'R', kind: 'number' },
            { key: 'f', title: 'F', kind: 'number' },
            { key: 'customers', title: t('column.customers'), kind: 'number' },
            { key: 'amount_fen', title: t('rfm.amount'), kind: 'money' },
            { key: 'm', title: t('rfm.mean_m'), kind: 'number' },
          ],
          rows: rows.map((row) => ({ ...row })),
          pick: (row, key) => (key === 'customers' ? () => show(row) : null),
        }}
        extra={
          <Segmented<Measure>
            size="small"
            value={measure}
            onChange={setMeasure}
            options={[
              { value: 'customers', label: t('column.customers') },
              { value: 'amount_fen', label: t('rfm.amount') },
            ]}
          />
        }
      />
      {behind && <PickedCustomers behind={behind} onClose={() => setBehind(null)} />}
    </>
  );
}
