import { Button, Form, Input, Segmented, Select, Space } from 'antd';
import { useState } from 'react';
import type { GroupDetail } from '@/api/catalogue';
import { groups, type Plan } from '@/api/groups';
import { useMay } from '@/app/session';
import { FormModal } from '@/components/FormModal';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

const plans = ['keep', 'revive', 'give_up'] as const;
const kinds = ['feed', 'interest', 'service'] as const;
const levels = ['welfare', 'vip', 'diamond'] as const;

/** What people decided about a group, and the buttons that change it. */
export function Decision({ group, changed }: { group: GroupDetail; changed: () => void }) {
  const { t, f } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const [open, setOpen] = useState<'class' | 'plan' | null>(null);
  if (group.dismissed_s !== null) return null;
  const clear = () =>
    void run(async () => {
      await groups.change(group.id, { plan: null });
      changed();
    });
  return (
    <div className="page-stack">
      <div>
        <strong>
          {t('group.plan')}: {group.plan === null ? t('group.plan_none') : t(`group_plan.${group.plan}`)}
        </strong>{' '}
        {group.plan_s !== null && (
          <span className="soft">
            {t('group.plan_by', { who: group.plan_by ?? '—', when: f.time(group.plan_s) })}
          </span>
        )}
        {group.plan_note && <p>{group.plan_note}</p>}
        {group.plan === 'give_up' && <p className="soft">{t('group.review_where')}</p>}
      </div>
      {may('group_write') && (
        <Space wrap>
          <Button size="small" onClick={() => setOpen('plan')}>
            {t('group.decide')}
          </Button>
          {group.plan !== null && (
            <Button size="small" loading={busy} onClick={clear}>
              {t('group.plan_clear')}
            </Button>
          )}
          <Button size="small" onClick={() => setOpen('class')}>
            {t('group.edit')}
          </Button>
        </Space>
      )}
      {open === 'plan' && (
        <Decide group={group} initial={group.plan} done={changed} onClose={() => setOpen(null)} />
      )}
      {open === 'class' && <Classify group={group} done={changed} onClose={() => setOpen(null)} />}
    </div>
  );
}

interface DecideProps {
  group: { id: string; name: string; plan_note?: string | null };
  initial: Plan | null;
  done: () => void;
  onClose: () => void;
}

/** Keep, revive or give up, and why. */
export function Decide({ group, initial, done, onClose }: DecideProps) {
  const { t } = useI18n();
  return (
    <FormModal<{ plan: Plan; note: string }>
      title={`${t('group.decide')} · ${group.name}`}
      initial={{ plan: initial ?? 'keep', note: group.plan_note ?? '' }}
      save={({ plan, note }) => groups.change(group.id, { plan, note: note.trim() })}
      done={done}
      onClose={onClose}
    >
      <Form.Item name="plan" label={t('group.plan')}>
        <Segmented options={plans.map((value) => ({ value, label: t(`group_plan.${value}`) }))} />
      </Form.Item>
      <Form.Item name="note" label={t('group.plan_note')} extra={t('group.review_where')}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
    </FormModal>
  );
}

function Classify({ group, done, onClose }: { group: GroupDetail; done: () => void; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <FormModal<{ kind: GroupDetail['kind']; level: GroupDetail['level'] }>
      title={`${t('group.edit')} · ${group.name}`}
      initial={{ kind: group.kind, level: group.level }}
      save={(values) => groups.change(group.id, values)}
      done={done}
      onClose={onClose}
    >
      <Form.Item name="kind" label={t('column.kind')}>
        <Select options={kinds.map((value) => ({ value, label: t(`group_kind.${value}`) }))} />
      </Form.Item>
      <Form.Item name="level" label={t('group.level')}>
        <Select options={levels.map((value) => ({ value, label: t(`group_level.${value}`) }))} />
      </Form.Item>
    </FormModal>
  );
}
