import { Collapse, Popconfirm } from 'antd';
import { settings } from '@/api/care';
import { useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import type { StepProps } from './Connect';
import { SettingField } from './SettingField';
import { StepForm } from './StepForm';

const needed = ['wecom_corp_id', 'wecom_agent_id', 'wecom_app_secret'] as const;
const optional = ['wecom_contact_secret', 'wecom_directory_secret'] as const;

/** The corp, its app and the secrets, each with where it is found. */
export function AppStep(step: StepProps) {
  const t = useT();
  const field = (name: (typeof needed)[number] | (typeof optional)[number]) => {
    const setting = step.values.get(name);
    if (!setting) return null;
    const may = setting.changeable && setting.value !== '' && name.endsWith('_secret');
    return (
      <SettingField
        key={name}
        setting={setting}
        hint={`wecom_hint.${name}`}
        extra={may && <TakeOut name={name} done={step.changed} />}
      />
    );
  };
  return (
    <>
      <p className="soft">{t('wecom.app_what')}</p>
      <StepForm
        step={step}
        names={[...needed, ...optional]}
        saveText={t('wecom.save_next')}
        saved={step.next}
      >
        {needed.map(field)}
        <Collapse
          ghost
          items={[
            {
              key: 'more',
              label: t('wecom.optional'),
              forceRender: true,
              children: optional.map(field),
            },
          ]}
        />
      </StepForm>
    </>
  );
}

function TakeOut({ name, done }: { name: string; done: () => void }) {
  const t = useT();
  const { busy, run } = useAction();
  const take = () => void run(() => settings.put(name, '')).then((ok) => ok && done());
  return (
    <Popconfirm title={t('wecom.take_out_sure')} onConfirm={take}>
      <button type="button" className="row-link" disabled={busy}>
        {t('wecom.take_out')}
      </button>
    </Popconfirm>
  );
}
