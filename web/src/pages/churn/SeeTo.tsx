import { Form, Input, Switch } from 'antd';
import { churn, type ChurnAlert } from '@/api/churn';
import { FormModal } from '@/components/FormModal';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import type { Option } from '@/components/list/types';
import { useT } from '@/i18n/I18nProvider';
import { activeStaffOptions } from '@/lib/options';

interface Values {
  assigned_id?: string;
  note: string;
  handled: boolean;
}

/** Who is to see to it, what was done, and whether that is all. */
export function SeeTo({
  alert,
  done,
  onClose,
}: {
  alert: ChurnAlert;
  done: () => void;
  onClose: () => void;
}) {
  const t = useT();
  const { assigned } = alert;
  return (
    <FormModal<Values>
      title={`${t('churn.see_to')} · ${alert.customer.name ?? alert.customer.id}`}
      initial={{ assigned_id: assigned?.id, note: alert.note ?? '', handled: true }}
      save={({ assigned_id, note, handled }) =>
        churn.change(alert.id, { assigned_id: assigned_id ?? null, note: note.trim(), handled })
      }
      done={done}
      onClose={onClose}
    >
      <Form.Item name="assigned_id" label={t('churn.assigned')}>
        <Assignee known={assigned ? [{ value: assigned.id, label: assigned.name ?? assigned.id }] : []} />
      </Form.Item>
      <Form.Item name="note" label={t('churn.note')} extra={t('churn.note_hint')}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
      <Form.Item name="handled" label={t('churn.done')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </FormModal>
  );
}

interface AssigneeProps {
  known: Option[];
  id?: string;
  value?: string;
  onChange?: (value: string | undefined) => void;
}

/** Active staff, and whoever it is assigned to already. */
function Assignee({ known, id, value, onChange }: AssigneeProps) {
  const t = useT();
  const load = async (q: string, signal: AbortSignal) => {
    const found = await activeStaffOptions(q, signal);
    return [...known.filter((one) => !found.some((other) => other.value === one.value)), ...found];
  };
  return (
    <RemoteSelect
      {...(id !== undefined && { id })}
      label={t('churn.assigned')}
      load={load}
      value={value}
      onChange={(next) => onChange?.(next)}
    />
  );
}
