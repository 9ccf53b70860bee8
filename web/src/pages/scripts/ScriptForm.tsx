import { AutoComplete, Form, Input, InputNumber } from 'antd';
import { type Script, type ScriptBody, scripts } from '@/api/scripts';
import { FormModal } from '@/components/FormModal';
import { useT } from '@/i18n/I18nProvider';

interface Props {
  script: Script | 'new';
  groups: string[];
  /** Of a new one: the group that the list shows. */
  group: string | undefined;
  done: () => void;
  onClose: () => void;
}

type Values = ScriptBody & { position?: number };

/** As many characters as the server takes in bytes, were all of them Chinese. */
const TEXT_MOST = 660;

/** A script; what stands in braces is filled in where staff use it. */
export function ScriptForm({ script, groups, group, done, onClose }: Props) {
  const t = useT();
  const needed = [{ required: true, whitespace: true }];
  return (
    <FormModal<Values>
      title={script === 'new' ? t('script.new') : t('action.edit')}
      initial={script === 'new' ? { group } : script}
      save={(values) => (script === 'new' ? scripts.add(values) : scripts.patch(script.id, values))}
      done={done}
      onClose={onClose}
      width={600}
    >
      <Form.Item name="group" label={t('script.group')} rules={needed}>
        <AutoComplete options={groups.map((value) => ({ value }))}>
          <Input maxLength={60} placeholder={t('script.group_hint')} />
        </AutoComplete>
      </Form.Item>
      <Form.Item name="title" label={t('script.title')} rules={needed}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="text" label={t('script.text')} extra={t('script.text_hint')} rules={needed}>
        <Input.TextArea autoSize={{ minRows: 4, maxRows: 14 }} maxLength={TEXT_MOST} showCount />
      </Form.Item>
      {script !== 'new' && (
        <Form.Item name="position" label={t('script.position')}>
          <InputNumber min={0} max={100000} precision={0} />
        </Form.Item>
      )}
    </FormModal>
  );
}
