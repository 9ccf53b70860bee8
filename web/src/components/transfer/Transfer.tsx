import { Alert, App, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { people, type Transfer as Body, type Transferred } from '@/api/catalogue';
import { ErrorNotice } from '@/components/ErrorNotice';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import { useT } from '@/i18n/I18nProvider';
import { activeStaffOptions } from '@/lib/options';
import './words';

interface Props {
  /** Whose: some customers, or all of a member of staff. */
  whom: { customer_ids: string[] } | { from_staff_id: string };
  /** Said in the title. */
  name: string;
  done: () => void;
  onClose: () => void;
}

interface State {
  busy: boolean;
  error: unknown;
  plan: Transferred | null;
  moved: number;
}
const nothing: State = { busy: false, error: null, plan: null, moved: 0 };

/** Hands customers over: first only counted, then done, 200 at a time until nobody is left. */
export function Transfer({ whom, name, done, onClose }: Props) {
  const t = useT();
  const { message } = App.useApp();
  const [to, setTo] = useState<string>();
  const [reason, setReason] = useState('');
  const [state, setState] = useState(nothing);
  const body: Body = { ...whom, staff_id: to ?? '', reason: reason.trim() };
  const ready = to !== undefined && reason.trim().length >= 2;
  const change = (act: () => void) => {
    act();
    setState(nothing);
  };
  const look = async () => {
    setState({ ...nothing, busy: true });
    try {
      setState({ ...nothing, plan: await people.transfer({ ...body, dry_run: true }) });
    } catch (error) {
      setState({ ...nothing, error });
    }
  };
  const hand = async (plan: Transferred) => {
    let moved = 0;
    try {
      for (let left = plan.left; left > 0;) {
        setState({ busy: true, error: null, plan: { ...plan, left }, moved });
        const step = await people.transfer(body);
        moved += step.moved;
        if (step.moved === 0 && step.left >= left) break; // somebody else is at it
        left = step.left;
      }
      void message.success(t('transfer.moved', { n: moved }));
      done();
      onClose();
    } catch (error) {
      setState({ busy: false, error, plan: null, moved });
    }
  };
  const { busy, error, plan, moved } = state;
  return (
    <Modal open title={t('transfer.title')} footer={null} onCancel={onClose} maskClosable={false}>
      <p>
        <strong>{name}</strong>
      </p>
      <Form layout="vertical" disabled={busy}>
        <Form.Item label={t('transfer.to')} htmlFor="transfer-to">
          <RemoteSelect
            id="transfer-to"
            label={t('transfer.to')}
            load={activeStaffOptions}
            value={to}
            onChange={(value) => change(() => setTo(value))}
          />
        </Form.Item>
        <Form.Item label={t('transfer.reason')} htmlFor="transfer-reason" extra={t('transfer.reason_hint')}>
          <Input
            id="transfer-reason"
            maxLength={120}
            value={reason}
            onChange={(event) => change(() => setReason(event.target.value))}
          />
        </Form.Item>
      </Form>
      <p className="soft">{t('transfer.koi_only')}</p>
      <div aria-live="polite">
        {plan && <Plan plan={plan} moved={moved} busy={busy} />}
        {error !== null && <ErrorNotice error={error} />}
      </div>
      <div className="modal-actions">
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        {plan === null || plan.left === 0 ? (
          <Button type="primary" disabled={!ready} loading={busy} onClick={() => void look()}>
            {t('transfer.look')}
          </Button>
        ) : (
          <Button type="primary" loading={busy} onClick={() => void hand(plan)}>
            {t('transfer.run', { n: plan.left })}
          </Button>
        )}
      </div>
    </Modal>
  );
}

function Plan({ plan, moved, busy }: { plan: Transferred; moved: number; busy: boolean }) {
  const t = useT();
  if (busy) return <Alert type="info" title={t('transfer.under_way', { n: moved, left: plan.left })} />;
  if (plan.left === 0) return <Alert type="info" title={t('transfer.none')} />;
  return <Alert type="warning" title={t('transfer.plan', { n: plan.left, already: plan.already })} />;
}
