import { Checkbox, Form, Input, Radio } from 'antd';
import { type Tag, type TagLevel, tags } from '@/api/catalogue';
import { FormModal } from '@/components/FormModal';
import { useI18n } from '@/i18n/I18nProvider';
import './words';

/** What is being made (in `parent`) or changed (`edit`). */
export interface TagTarget {
  level: TagLevel;
  parent: string | null;
  edit: { id: string; name: string; grain?: Tag['grain'] } | null;
}

interface Values {
  name: string;
  grain?: Tag['grain'];
  wecom?: boolean;
}

export function TagForm({
  target,
  done,
  onClose,
}: {
  target: TagTarget;
  done: () => void;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const { level, edit } = target;
  return (
    <FormModal<Values>
      title={edit ? `${t('action.edit')} ${edit.name}` : t(newTitle[level])}
      initial={edit ?? { grain: 'basic' }}
      save={(values) => save(target, values)}
      done={done}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('column.name')} rules={[{ required: true, whitespace: true }]}>
        <Input autoFocus maxLength={30} showCount />
      </Form.Item>
      {level === 'group' && !edit && (
        <Form.Item name="wecom" valuePropName="checked">
          <Checkbox>{t('tag_sync.with_wecom')}</Checkbox>
        </Form.Item>
      )}
      {level === 'tag' && (
        <Form.Item name="grain" label={t('tag.grain')}>
          <Radio.Group
            options={(['basic', 'fine'] as const).map((value) => ({ value, label: t(`grain.${value}`) }))}
          />
        </Form.Item>
      )}
    </FormModal>
  );
}

const newTitle = { category: 'tag.new_category', group: 'tag.new_group', tag: 'tag.new' } as const;

function save({ level, parent, edit }: TagTarget, { name, grain, wecom }: Values): Promise<unknown> {
  if (edit) return tags.rename(level, edit.id, { name, ...(grain && { grain }) });
  if (level === 'category') return tags.addCategory(name);
  if (level === 'group') return tags.addGroup(parent ?? '', name, wecom ?? false);
  return tags.addTag(parent ?? '', name, grain ?? 'basic');
}
