import { App, Button, Space } from 'antd';
import { ScrollTable } from '@/components/ScrollTable';
import { useState } from 'react';
import { Link } from 'wouter';
import { type Tier, type TierModel, tierModels } from '@/api/audiences';
import type { Job } from '@/api/jobs';
import { useMay } from '@/app/session';
import { JobProgress } from '@/components/job/JobProgress';
import { TierMark } from '@/components/TierMark';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { Distribution } from './Distribution';
import { MovesCards } from './MovesCards';
import type { Editing } from './Tiers';

interface Props {
  model: TierModel;
  reload: () => void;
  onEdit: (editing: Editing) => void;
}

export function ModelView({ model, reload, onEdit }: Props) {
  const { t, f } = useI18n();
  const [job, setJob] = useState<Job | null>(null);
  const run = model.last_run;
  return (
    <div className="page-stack">
      <div className="toolbar">
        <span>
          {t('tier.period', { n: model.period_days })} ·{' '}
          {run
            ? t('tier.last_run', { time: f.time(run.at_s), n: run.customers, moved: run.moved })
            : t('tier.never_run')}
          {model.next_run_s !== null && ` · ${t('tier.next_run', { time: f.time(model.next_run_s) })}`}
        </span>
        <Actions model={model} reload={reload} onEdit={onEdit} onJob={setJob} />
      </div>
      {job && <JobProgress key={job.id} id={job.id} first={job} over={reload} />}
      <Distribution model={model} />
      <TierTable tiers={model.tiers} />
      <MovesCards key={run?.at_s} model={model} />
    </div>
  );
}

function Actions({ model, reload, onEdit, onJob }: Props & { onJob: (job: Job) => void }) {
  const { t } = useI18n();
  const may = useMay();
  const { modal } = App.useApp();
  const { busy, run } = useAction();
  if (!may('tier_write')) return null;
  const drop = () =>
    modal.confirm({
      title: t('tier.remove_sure', { name: model.name }),
      content: t('tier.remove_hint'),
      onOk: () => run(() => tierModels.remove(model.id)).then(reload),
    });
  return (
    <Space className="toolbar-actions" wrap>
      <Button
        type="primary"
        loading={busy}
        onClick={() => void run(async () => onJob((await tierModels.run(model.id)).job))}
      >
        {t('tier.run')}
      </Button>
      <Button onClick={() => onEdit({ id: model.id, body: model })}>{t('action.edit')}</Button>
      <Button danger onClick={drop}>
        {t('action.archive')}
      </Button>
    </Space>
  );
}

function TierTable({ tiers }: { tiers: Tier[] }) {
  const { t, f, language } = useI18n();
  return (
    <ScrollTable<Tier>
      rowKey="position"
      size="small"
      pagination={false}
      dataSource={tiers}
      columns={[
        { title: '#', dataIndex: 'position', width: 50 },
        { title: t('customer.tier'), render: (_, tier) => <TierMark tier={tier.name} color={tier.color} /> },
        {
          title: t('tier.who'),
          width: 360,
          render: (_, tier) => (
            <>
              <div>{language === 'zh' ? tier.sentence_zh : tier.sentence_en}</div>
              <code className="expression">{tier.expression}</code>
            </>
          ),
        },
        { title: t('tier.advice'), width: 240, render: (_, { advice }) => advice ?? '—' },
        {
          title: t('column.customers'),
          align: 'right',
          render: (_, tier) => (
            <Link href={`/customers?tier_id=${tier.id ?? ''}`}>{f.number(tier.customers)}</Link>
          ),
        },
      ]}
    />
  );
}
