import { Alert, Button, Form, Modal } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { type HandoverBody, type HandoverPlan, handovers } from '@/api/handovers';
import { DataTable } from '@/components/chart/DataTable';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n } from '@/i18n/I18nProvider';
import { HandoverFields, type HandoverValues } from './HandoverFields';

interface Props {
  /** The old member's id; empty: to be chosen. */
  from: string;
  done: () => void;
  onClose: () => void;
}

const fresh: HandoverValues = {
  rule: 'one',
  heirs: [{ weight: 1, cap: 0 }],
  groups: true,
  reason: '',
};

/** A hand-over in two steps: what would happen, and one confirmation that names how many it is. */
export function NewHandover({ from, done, onClose }: Props) {
  const { t } = useI18n();
  const [form] = Form.useForm<HandoverValues>();
  const [plan, setPlan] = useState<HandoverPlan | null>(null);
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({
    busy: false,
    error: null,
  });
  const ask = async (values: HandoverValues, confirmed: HandoverPlan | null) => {
    setState({ busy: true, error: null });
    try {
      const body = bodyOf(values);
      if (confirmed === null) {
        setPlan(await handovers.make({ ...body, dry_run: true }));
      } else {
        await handovers.make({ ...body, customers: confirmed.customers });
        done();
        onClose();
      }
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const something = plan !== null && plan.customers + plan.groups > 0;
  return (
    <Modal open title={t('handover.new')} footer={null} onCancel={onClose} width={760}>
      <Form<HandoverValues>
        form={form}
        layout="vertical"
        initialValues={{ ...fresh, ...(from && { from_staff_id: from }) }}
        onValuesChange={() => setPlan(null)}
        onFinish={(values) => void ask(values, plan)}
      >
        <HandoverFields />
        {plan && <Plan plan={plan} />}
        {state.error !== null && <ErrorNotice error={state.error} />}
        <div className="modal-actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          {plan === null && (
            <Button type="primary" htmlType="submit" loading={state.busy}>
              {t('handover.plan')}
            </Button>
          )}
          {plan !== null && something && (
            <Button type="primary" danger htmlType="submit" loading={state.busy}>
              {plan.customers > 0
                ? t('handover.confirm', { n: plan.customers })
                : t('handover.confirm_groups', { n: plan.groups })}
            </Button>
          )}
        </div>
      </Form>
    </Modal>
  );
}

function bodyOf(values: HandoverValues): HandoverBody {
  const heirs = (values.heirs ?? []).flatMap(({ staff_id, weight, cap, expression }) =>
    staff_id
      ? [
          {
            staff_id,
            weight: weight ?? 1,
            cap: cap ?? 0,
            ...(values.rule === 'expression' && expression && { expression }),
          },
        ]
      : [],
  );
  return {
    from_staff_id: values.from_staff_id ?? '',
    rule: values.rule,
    ...(values.rule === 'department' ? {} : { heirs: values.rule === 'one' ? heirs.slice(0, 1) : heirs }),
    ...(values.rule === 'department' && values.department_id && { department_id: values.department_id }),
    ...(values.expression && { expression: values.expression }),
    ...(values.message && { message: values.message }),
    groups: values.groups,
    reason: values.reason,
  };
}

/** Who would get how many, and who cannot go. */
function Plan({ plan }: { plan: HandoverPlan }) {
  const { t } = useI18n();
  const room = useRef<HTMLDivElement>(null);
  useEffect(() => {
    room.current?.scrollIntoView({ block: 'nearest' });
  }, [plan]);
  return (
    <div className="handover-plan" ref={room}>
      <Alert
        type={plan.customers + plan.groups > 0 ? 'info' : 'warning'}
        showIcon
        title={t('handover.plan_says', { customers: plan.customers, groups: plan.groups })}
        description={t(`handover.note_${plan.kind}`)}
      />
      <DataTable
        label={t('handover.heirs')}
        height={240}
        table={{
          columns: [
            { key: 'staff', title: t('handover.heir'), kind: 'text' },
            { key: 'customers', title: t('handover.customers'), kind: 'number' },
            { key: 'groups', title: t('handover.groups'), kind: 'number' },
          ],
          rows: plan.heirs.map(({ staff, customers, groups }) => ({
            staff: staff?.name ?? '',
            customers,
            groups,
          })),
        }}
      />
      {plan.left_out.length > 0 && (
        <DataTable
          label={t('handover.left_out')}
          height={200}
          table={{
            columns: [
              { key: 'message', title: t('handover.left_out'), kind: 'text' },
              { key: 'customers', title: t('handover.customers'), kind: 'number' },
            ],
            rows: plan.left_out.map(({ message, customers }) => ({ message, customers })),
          }}
        />
      )}
    </div>
  );
}
