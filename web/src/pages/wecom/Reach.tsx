import { useEffect } from 'react';
import { wecom, type WecomStatus } from '@/api/wecom';
import { ErrorNotice } from '@/components/ErrorNotice';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { fixOf } from './words';

const PAUSE_MS = 3000;

/** Whether WeCom's check, its events, or somebody with another key have come; looked at again and again. */
export function Reach() {
  const { t, f } = useI18n();
  const { data, error, reload } = useResource('wecom-reach', wecom.status);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, PAUSE_MS);
    return () => clearInterval(timer);
  }, [reload]);
  if (!data) return error === undefined ? null : <ErrorNotice error={error} retry={reload} />;
  const lines = [
    ['wecom.reach_checked', data.checked_s, 'good'],
    ['wecom.reach_received', data.received_s, 'good'],
    ...(data.refused_s === null ? [] : [['wecom.reach_refused', data.refused_s, 'bad'] as const]),
  ] as const;
  return (
    <section className="wecom-reach">
      <h3>
        {t('wecom.reach')} <span className="soft">{t('wecom.reach_watching')}</span>
      </h3>
      <ul className="checks" aria-live="polite">
        {lines.map(([key, at, tone]) => (
          <li key={key}>
            <StatusTag tone={at === null ? 'quiet' : (tone satisfies Tone)}>{t(key)}</StatusTag>
            <span>{at === null ? t('wecom.reach_never') : f.time(at)}</span>
          </li>
        ))}
      </ul>
      <Fix status={data} />
    </section>
  );
}

function Fix({ status }: { status: WecomStatus }) {
  const t = useT();
  const fix = fixOf(status);
  if (fix === 'check')
    return (
      <ol className="wecom-fix">
        {([1, 2, 3, 4] as const).map((n) => (
          <li key={n}>{t(`wecom.fix_check_${n}`)}</li>
        ))}
      </ol>
    );
  return <p>{t(fix === null ? 'wecom.reach_well' : `wecom.fix_${fix}`)}</p>;
}
