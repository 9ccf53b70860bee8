import { DatePicker, Form, Input, InputNumber, Radio, Select, Switch } from 'antd';
import { people, stages, tags } from '@/api/catalogue';
import type { CodeDetail } from '@/api/codes';
import { useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import type { CodeValues } from './CodeEditor';
import { CodeGreeting } from './CodeGreeting';
import { CodePeople } from './CodePeople';
import { CodePreview } from './CodePreview';
import { CodeWelcomes } from './CodeWelcomes';
import { kinds } from './codeWords';
import './codes.css';

/** All of a code on the left, what a customer will see on the right. */
export function CodeFields({ code }: { code: CodeDetail | undefined }) {
  const t = useT();
  const kind = Form.useWatch<CodeValues['kind']>('kind') ?? code?.kind ?? 'staff';
  return (
    <div className="code-form">
      <div>
        <Form.Item name="kind" label={t('column.kind')}>
          <Radio.Group
            disabled={code !== undefined}
            optionType="button"
            options={kinds.map((value) => ({ value, label: t(`code_kind.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="name" label={t('column.name')} rules={[{ required: true, whitespace: true }]}>
          <Input autoFocus maxLength={30} />
        </Form.Item>
        {kind === 'group' ? <GroupFields /> : <CodePeople code={code} />}
        <Effects kind={kind} />
        {kind === 'group' ? <CodeGreeting greeting={code?.greeting} /> : <CodeWelcomes />}
      </div>
      <CodePreview code={code} />
    </div>
  );
}

function GroupFields() {
  const t = useT();
  const found = useResource('groups', (signal) => people.groups({ limit: 200 }, signal));
  return (
    <>
      <Form.Item
        name="groups"
        label={t('code.groups')}
        extra={t('code.groups_hint')}
        rules={[{ required: true }]}
      >
        <Select
          mode="multiple"
          loading={found.loading}
          showSearch={{ optionFilterProp: 'label' }}
          options={(found.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form.Item>
      <Form.Item name="full_at" label={t('code.full_at')}>
        <InputNumber min={2} max={199} />
      </Form.Item>
      <Form.Item name="page_text" label={t('code.page_text')}>
        <Input.TextArea rows={3} maxLength={1000} />
      </Form.Item>
      <Form.Item name="auto_room" label={t('code.auto_room')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="room_name" label={t('code.room_name')}>
        <Input maxLength={40} />
      </Form.Item>
    </>
  );
}

function Effects({ kind }: { kind: CodeValues['kind'] }) {
  const t = useT();
  const library = useResource('tags', tags.all);
  const steps = useResource('stages', stages.list);
  const options = (library.data?.categories ?? []).flatMap(({ groups }) =>
    groups.map((group) => ({
      label: group.name,
      options: group.tags
        .filter(({ archived }) => !archived)
        .map(({ id, name }) => ({ value: id, label: name })),
    })),
  );
  return (
    <>
      <Form.Item name="tags" label={t('code.tags')}>
        <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={options} />
      </Form.Item>
      <Form.Item name="stage_id" label={t('code.stage')} extra={t('code.stage_hint')}>
        <Select
          allowClear
          options={(steps.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form.Item>
      {kind !== 'group' && (
        <>
          <Form.Item name="remark" label={t('code.remark')} extra={t('code.remark_hint')}>
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item name="skip_verify" label={t('code.skip_verify')} valuePropName="checked">
            <Switch />
          </Form.Item>
        </>
      )}
      <Form.Item name="expires" label={t('code.expires')} extra={t('code.expires_hint')}>
        <DatePicker />
      </Form.Item>
    </>
  );
}
