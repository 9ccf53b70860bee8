import { SaveOutlined, TeamOutlined } from '@ant-design/icons';
import { App, Button, Modal } from 'antd';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useMay } from '@/app/session';
import { ExportButton, type Exported } from '@/components/list/ExportButton';
import { useI18n } from '@/i18n/I18nProvider';
import { SaveAudience } from '@/pages/audiences/SaveAudience';

/** The customers behind a bar or a cell. */
export interface Behind {
  title: string;
  customers: number;
  expression: string | null;
  /** Those customers as an export knows them. */
  list?: Exported;
}

/** What can be done with those behind a bar or a cell: save them as an audience, look at them. */
export function PickedCustomers({ behind, onClose }: { behind: Behind[]; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [saving, setSaving] = useState<{ title: string; expression: string } | null>(null);
  if (saving !== null) {
    return (
      <SaveAudience
        saved={null}
        expression={saving.expression}
        name={saving.title}
        done={() => void message.success(t('behind.saved'))}
        onClose={onClose}
      />
    );
  }
  return (
    <Modal open footer={null} title={t('behind.title')} onCancel={onClose} width={520}>
      <ul className="behind">
        {behind.map((one) => (
          <One key={one.title} behind={one} onSave={setSaving} />
        ))}
      </ul>
    </Modal>
  );
}

function One({
  behind,
  onSave,
}: {
  behind: Behind;
  onSave: (saving: { title: string; expression: string }) => void;
}) {
  const { t } = useI18n();
  const may = useMay();
  const [, go] = useLocation();
  const { expression } = behind;
  return (
    <li>
      <div>
        {behind.title}
        <strong className="behind-count">{t('behind.customers', { n: behind.customers })}</strong>
      </div>
      {expression === null ? (
        <span className="soft">{t('behind.unsayable')}</span>
      ) : (
        <div className="behind-actions">
          {may('audience_write') && (
            <Button icon={<SaveOutlined />} onClick={() => onSave({ title: behind.title, expression })}>
              {t('behind.save')}
            </Button>
          )}
          <Button
            icon={<TeamOutlined />}
            onClick={() => go(`/audiences/new?expression=${encodeURIComponent(expression)}`)}
          >
            {t('behind.look')}
          </Button>
          {behind.list && <ExportButton {...behind.list} />}
        </div>
      )}
    </li>
  );
}
