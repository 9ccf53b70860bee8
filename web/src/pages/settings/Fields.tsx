import { Button, Form, Input, Select, Space } from 'antd';
import { ScrollTable } from '@/components/ScrollTable';
import { useState } from 'react';
import { type Field, fields } from '@/api/catalogue';
import { EmptyState } from '@/components/EmptyState';
import { ExportButton } from '@/components/list/ExportButton';
import { ErrorNotice } from '@/components/ErrorNotice';
import { FormModal } from '@/components/FormModal';
import { RemoveButton } from '@/components/RemoveButton';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

const types = ['text', 'number', 'day', 'choice', 'yes_no'] as const;
const classes = ['plain', 'personal', 'sensitive'] as const;

export function Fields() {
  const { t } = useI18n();
  const found = useResource('fields', fields.list);
  const [editing, setEditing] = useState<Field | 'new' | null>(null);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  const add = (
    <Button type="primary" onClick={() => setEditing('new')}>
      {t('field.new')}
    </Button>
  );
  return (
    <div className="page-stack">
      <div className="toolbar">
        <div className="toolbar-actions">
          {add}
          <ExportButton what="fields" />
        </div>
      </div>
      <ScrollTable<Field>
        rowKey="id"
        pagination={false}
        loading={found.loading}
        dataSource={found.data?.items ?? []}
        locale={{
          emptyText: <EmptyState title={t('field.none')} hint={t('field.none_hint')} action={add} />,
        }}
        columns={[
          { title: t('column.name'), dataIndex: 'name' },
          { title: t('field.key'), render: (_, { key }) => <code>field.{key}</code> },
          { title: t('field.type'), render: (_, { type }) => t(`field_type.${type}`) },
          { title: t('field.class'), render: (_, field) => t(`field_class.${field.class}`) },
          { title: t('field.choices'), render: (_, { choices }) => choices?.join(t('comma')) ?? '—' },
          {
            title: t('column.actions'),
            render: (_, field) => (
              <Space>
                <Button size="small" type="link" onClick={() => setEditing(field)}>
                  {t('action.edit')}
                </Button>
                <RemoveButton
                  question={t('field.archive_sure', { name: field.name })}
                  label={t('action.archive')}
                  remove={() => fields.remove(field.id)}
                  done={found.reload}
                />
              </Space>
            ),
          },
        ]}
      />
      {editing && <FieldForm field={editing} done={found.reload} onClose={() => setEditing(null)} />}
    </div>
  );
}

interface FormProps {
  field: Field | 'new';
  done: () => void;
  onClose: () => void;
}

function FieldForm({ field, done, onClose }: FormProps) {
  const { t } = useI18n();
  const isNew = field === 'new';
  const save = ({ key, type, class: kind, name, choices }: Field) =>
    isNew
      ? fields.add({ key, name, type, class: kind, ...(type === 'choice' && { choices }) })
      : fields.patch(field.id, { name, ...(field.type === 'choice' && { choices }) });
  return (
    <FormModal<Field>
      title={isNew ? t('field.new') : t('action.edit')}
      initial={isNew ? { type: 'text', class: 'plain' } : field}
      save={save}
      done={done}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('column.name')} rules={[{ required: true, whitespace: true }]}>
        <Input autoFocus maxLength={60} />
      </Form.Item>
      <Form.Item
        name="key"
        label={t('field.key')}
        extra={t('field.key_hint')}
        rules={[{ required: true, pattern: /^[a-z][a-z0-9_]*$/, message: t('field.key_rule') }]}
      >
        <Input disabled={!isNew} maxLength={40} />
      </Form.Item>
      <Form.Item name="type" label={t('field.type')}>
        <Select
          disabled={!isNew}
          options={types.map((value) => ({ value, label: t(`field_type.${value}`) }))}
        />
      </Form.Item>
      <Form.Item noStyle shouldUpdate>
        {({ getFieldValue }) =>
          getFieldValue('type') === 'choice' && (
            <Form.Item name="choices" label={t('field.choices')} rules={[{ required: true }]}>
              <Select mode="tags" open={false} tokenSeparators={[',', '，']} />
            </Form.Item>
          )
        }
      </Form.Item>
      <Form.Item name="class" label={t('field.class')} extra={t('field.class_hint')}>
        <Select
          disabled={!isNew}
          options={classes.map((value) => ({ value, label: t(`field_class.${value}`) }))}
        />
      </Form.Item>
    </FormModal>
  );
}
