import { Button, Form, Input, InputNumber, Select, Space } from 'antd';
import { ScrollTable } from '@/components/ScrollTable';
import { useState } from 'react';
import { type Stage, stages } from '@/api/catalogue';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { FormModal } from '@/components/FormModal';
import { RemoveButton } from '@/components/RemoveButton';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

const outcomes = ['open', 'won', 'lost'] as const;

export function Stages() {
  const { t } = useI18n();
  const found = useResource('stages', stages.list);
  const [editing, setEditing] = useState<Stage | 'new' | null>(null);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  return (
    <div className="page-stack">
      <div className="toolbar">
        <div className="toolbar-actions">
          <Button type="primary" onClick={() => setEditing('new')}>
            {t('stage.new')}
          </Button>
          <ExportButton what="stages" />
        </div>
      </div>
      <ScrollTable<Stage>
        rowKey="id"
        pagination={false}
        loading={found.loading}
        dataSource={found.data?.items ?? []}
        columns={[
          { title: '#', dataIndex: 'position', width: 60 },
          { title: t('column.name'), dataIndex: 'name' },
          { title: t('stage.outcome'), render: (_, { outcome }) => t(`outcome.${outcome}`) },
          {
            title: t('column.actions'),
            render: (_, stage) => (
              <Space>
                <Button size="small" type="link" onClick={() => setEditing(stage)}>
                  {t('action.edit')}
                </Button>
                <RemoveButton
                  question={t('stage.remove_sure', { name: stage.name })}
                  remove={() => stages.remove(stage.id)}
                  done={found.reload}
                />
              </Space>
            ),
          },
        ]}
      />
      {editing && (
        <FormModal<Stage>
          title={editing === 'new' ? t('stage.new') : t('action.edit')}
          initial={
            editing === 'new' ? { outcome: 'open', position: (found.data?.items.length ?? 0) + 1 } : editing
          }
          save={({ name, position, outcome }) =>
            editing === 'new'
              ? stages.add({ name, position, outcome })
              : stages.patch(editing.id, { name, position, outcome })
          }
          done={found.reload}
          onClose={() => setEditing(null)}
        >
          <Form.Item name="name" label={t('column.name')} rules={[{ required: true, whitespace: true }]}>
            <Input autoFocus maxLength={30} />
          </Form.Item>
          <Form.Item name="position" label={t('stage.position')}>
            <InputNumber min={1} max={100} />
          </Form.Item>
          <Form.Item name="outcome" label={t('stage.outcome')}>
            <Select options={outcomes.map((value) => ({ value, label: t(`outcome.${value}`) }))} />
          </Form.Item>
        </FormModal>
      )}
    </div>
  );
}
