import { Button, Card, DatePicker, Segmented, Statistic } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { groups, type GroupSift, type Level } from '@/api/groups';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { EmptyState } from '@/components/EmptyState';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { ExpressionField } from '@/pages/audiences/ExpressionField';
import { SaveAudience } from '@/pages/audiences/SaveAudience';
import { SiftedList } from './SiftedList';

const levels = ['vip', 'diamond', 'welfare'] as const;

export interface Sifting {
  level: Level;
  expression?: string;
  before?: string;
}

/** Who qualifies for groups of a level and is not in one, before and after a promotion. */
export function Sift() {
  const { t } = useI18n();
  const [level, setLevel] = useState<Level>('vip');
  const [expression, setExpression] = useState('');
  const [before, setBefore] = useState<Dayjs | null>(null);
  const [asked, setAsked] = useState<Sifting | null>(null);
  const run = () =>
    setAsked({
      level,
      ...(expression.trim() !== '' && { expression: expression.trim() }),
      ...(before && { before: before.format('YYYY-MM-DD') }),
    });
  return (
    <div className="page-stack">
      <Card size="small">
        <div className="sift-form">
          <div className="sift-row">
            <span>{t('sift.level')}</span>
            <Segmented
              value={level}
              options={levels.map((value) => ({ value, label: t(`group_level.${value}`) }))}
              onChange={setLevel}
            />
            <span>{t('sift.before')}</span>
            <DatePicker
              value={before}
              onChange={setBefore}
              aria-label={t('sift.before')}
              disabledDate={(day) => !day.isBefore(dayjs(), 'day')}
            />
          </div>
          <div>
            <span className="sift-label">{t('sift.who')}</span>
            <ExpressionField value={expression} onChange={setExpression} optional />
          </div>
          <div>
            <Button type="primary" onClick={run}>
              {t('sift.run')}
            </Button>
          </div>
        </div>
      </Card>
      {asked ? <Found key={JSON.stringify(asked)} asked={asked} /> : <EmptyState title={t('sift.start')} />}
    </div>
  );
}

function Found({ asked }: { asked: Sifting }) {
  const { t } = useI18n();
  const found = useResource(JSON.stringify(asked), (signal) => groups.sift({ ...asked, limit: 1 }, signal));
  if (found.error !== undefined && found.error !== null)
    return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  return (
    <>
      <Sums found={found.data} />
      {found.data.fresh_problem !== null && (
        <p className="soft">{t('sift.unsaid', { why: found.data.fresh_problem })}</p>
      )}
      <SiftedList asked={asked} fresh={found.data.fresh !== null} tools={<Save found={found.data} />} />
      <p className="soft">{t('sift.note', { full: found.data.full_at })}</p>
    </>
  );
}

function Sums({ found }: { found: GroupSift }) {
  const { t, f } = useI18n();
  const sums = ['qualify', 'inside', 'invite', 'fresh', 'no_longer'] as const;
  return (
    <div className="figures">
      {sums
        .filter((key) => found[key] !== null)
        .map((key) => (
          <Card key={key} size="small">
            <Statistic title={t(`sift.${key}`)} value={f.number(found[key])} />
          </Card>
        ))}
    </div>
  );
}

/** Keeps the condition as an audience, to be used elsewhere. */
function Save({ found }: { found: GroupSift }) {
  const { t } = useI18n();
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (!may('audience_write')) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('sift.save')}</Button>
      {open && (
        <SaveAudience
          saved={null}
          expression={found.expression}
          done={() => setOpen(false)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
