import { Tabs } from 'antd';
import { useI18n } from '@/i18n/I18nProvider';
import { Fields } from './Fields';
import { Stages } from './Stages';

export default function FieldsAndStages() {
  const { t } = useI18n();
  return (
    <Tabs
      items={[
        { key: 'fields', label: t('field.fields'), children: <Fields /> },
        { key: 'stages', label: t('stage.stages'), children: <Stages /> },
      ]}
    />
  );
}
