import { Card, Col, Row, Statistic } from 'antd';
import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import { reports, type Today as TodayData } from '@/api/reports';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useEachMinute } from '@/lib/useEachMinute';
import { useResource } from '@/lib/useResource';
import { TrendCard } from './TrendCard';

const FirstRun = lazy(() => import('./FirstRun'));

/** What must I do, what moved, what is wrong. */
export default function Today() {
  const { t } = useI18n();
  const found = useResource('today', reports.today);
  useEachMinute(found.reload, 15_000);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  const { due, moved, wrong, trend, empty } = found.data;
  return (
    <div className="page-stack">
      {empty && (
        <Suspense fallback={<Waiting />}>
          <FirstRun done={found.reload} />
        </Suspense>
      )}
      <Moved moved={moved} />
      <Row gutter={[16, 16]}>
        <Col xs={24} lg={12}>
          <Card className="full-height" title={<h2 className="card-title">{t('today.due')}</h2>}>
            {due.length === 0 ? <NothingDue /> : <Due due={due} />}
          </Card>
        </Col>
        <Col xs={24} lg={12}>
          <Card className="full-height" title={<h2 className="card-title">{t('today.wrong')}</h2>}>
            {wrong.length === 0 ? <EmptyState title={t('today.nothing_wrong')} /> : <Wrong wrong={wrong} />}
          </Card>
        </Col>
      </Row>
      <TrendCard trend={trend} />
    </div>
  );
}

function NothingDue() {
  const { t } = useI18n();
  const may = useMay();
  return (
    <EmptyState
      title={t('today.nothing_due')}
      hint={t('today.nothing_due_hint')}
      action={may('import') && <Link href="/import">{t('today.go_import')}</Link>}
    />
  );
}

/** A rise above it is told as so many times, which a percentage does not say. */
const MANY = 9;

/** Today is not over: a fall says nothing yet, a rise does. */
function Moved({ moved }: { moved: TodayData['moved'] }) {
  const { t, f } = useI18n();
  return (
    <section aria-label={t('today.moved')}>
      <div className="figures">
        {moved.map(({ title, now, before, change, unit }) => (
          <Card key={title} size="small">
            <Statistic title={title} value={unit === 'fen' ? f.moneyShort(now) : f.number(now)} />
            <span className="soft">
              {t('today.before', { n: unit === 'fen' ? f.moneyShort(before) : f.number(before, 1) })}
            </span>{' '}
            {change !== null && change > 0 && (
              <span className="up">
                ▲ {change < MANY ? f.percent(change, 0) : t('today.times', { n: f.number(change + 1, 0) })}
              </span>
            )}
          </Card>
        ))}
      </div>
      <p className="soft figures-note">{t('today.not_over')}</p>
    </section>
  );
}

function Due({ due }: { due: TodayData['due'] }) {
  const { f } = useI18n();
  return (
    <ul className="plain-list">
      {due.map(({ title, detail, count, link }) => (
        <li key={title}>
          {link ? <Link href={link}>{title}</Link> : <span>{title}</span>}
          {count !== null && count !== undefined && <strong>{f.number(count)}</strong>}
          {detail && <span className="soft">{detail}</span>}
        </li>
      ))}
    </ul>
  );
}

function Wrong({ wrong }: { wrong: TodayData['wrong'] }) {
  return (
    <ul className="plain-list">
      {wrong.map(({ title, detail, link }) => (
        <li key={title}>
          <span className="status status-warn">!</span>
          {link ? <Link href={link}>{title}</Link> : <span>{title}</span>}
          {detail && <span className="soft">{detail}</span>}
        </li>
      ))}
    </ul>
  );
}
