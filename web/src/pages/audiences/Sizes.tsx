import { Segmented } from 'antd';
import { type ReactNode, useMemo, useState } from 'react';
import { type AudienceSize, audiences } from '@/api/audiences';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n } from '@/i18n/I18nProvider';
import { useEachMinute } from '@/lib/useEachMinute';
import { useResource } from '@/lib/useResource';

const spans = {
  hours: { by: 'hour', days: 2 },
  month: { by: 'day', days: 30 },
  year: { by: 'day', days: 365 },
} as const;
type Span = keyof typeof spans;

/** How large the audience was, and how many entered and left, by the day or the hour. */
export function Sizes({ id }: { id: string }) {
  const { t } = useI18n();
  const [span, setSpan] = useState<Span>('month');
  const found = useResource(`${id} ${span}`, (signal) => audiences.sizes(id, spans[span], signal));
  useEachMinute(found.reload);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return null;
  const picker = (
    <Segmented<Span>
      size="small"
      aria-label={t('moves.span')}
      value={span}
      onChange={setSpan}
      options={(Object.keys(spans) as Span[]).map((value) => ({ value, label: t(`moves.span_${value}`) }))}
    />
  );
  return <SizesChart id={id} sizes={found.data.items} span={span} picker={picker} />;
}

interface ChartProps {
  id: string;
  sizes: AudienceSize[];
  span: Span;
  picker: ReactNode;
}

function SizesChart({ id, sizes, span, picker }: ChartProps) {
  const { t, f } = useI18n();
  const hours = span === 'hours';
  const unlisted = sizes.reduce((sum, one) => sum + one.unlisted, 0);
  const began = sizes.filter((one) => one.began).map(({ at_s }) => (hours ? f.time(at_s) : f.date(at_s)));
  const option = useMemo(
    () =>
      columnChart(
        sizes.map(({ at_s }) => (hours ? f.time(at_s) : f.date(at_s))),
        [
          {
            name: t('moves.on_left', { name: t('audience.size') }),
            type: 'line',
            data: sizes.map(({ size }) => size),
          },
          {
            name: t('moves.on_right', { name: t('moves.entered') }),
            type: 'bar',
            right: true,
            data: sizes.map(({ entered }) => entered),
          },
          {
            name: t('moves.on_right', { name: t('moves.left') }),
            type: 'bar',
            right: true,
            data: sizes.map(({ left }) => left),
          },
        ],
        whole(f),
        whole(f),
      ),
    [sizes, hours, t, f],
  );
  return (
    <ChartCard
      title={t('moves.sizes_question')}
      note={
        <>
          {t('moves.sizes_note')}
          {began.length > 0 && ` ${t('moves.began', { when: began.join(t('moves.and')) })}`}
          {unlisted > 0 && ` ${t('moves.unlisted', { n: unlisted })}`}
        </>
      }
      option={option}
      height={260}
      extra={picker}
      list={{ what: 'audience_sizes', filter: { audience_id: id, ...spans[span] } }}
      table={{
        columns: [
          hours
            ? { key: 'at_s', title: t('column.time'), kind: 'time' }
            : { key: 'day', title: t('column.day'), kind: 'day' },
          { key: 'size', title: t('audience.size'), kind: 'number' },
          { key: 'entered', title: t('moves.entered'), kind: 'number' },
          { key: 'left', title: t('moves.left'), kind: 'number' },
          { key: 'gone', title: t('moves.gone'), kind: 'number' },
        ],
        rows: sizes.map(({ at_s, day, size, entered, left, gone }) => ({
          at_s,
          day,
          size,
          entered,
          left,
          gone,
        })),
      }}
    />
  );
}
