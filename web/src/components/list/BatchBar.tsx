import { Button, Space } from 'antd';
import type { ReactNode } from 'react';
import { useT } from '@/i18n/I18nProvider';
import type { Selection } from './types';

interface Props {
  selection: Selection;
  total: number | null;
  onAll: () => void;
  onNone: () => void;
  children: ReactNode;
}

/** Appears with the first chosen row: how many, "all N that match", and what can be done with them. */
export function BatchBar({ selection, total, onAll, onNone, children }: Props) {
  const t = useT();
  const everyone = total === null ? t('list.all_matching') : t('list.all_n_matching', { n: total });
  return (
    <div className="batch-bar" role="region" aria-label={t('list.batch')}>
      <strong>{selection.all ? everyone : t('list.chosen', { n: selection.ids.length })}</strong>
      <Space wrap>
        {!selection.all && (
          <Button size="small" type="link" onClick={onAll}>
            {t('list.choose')} {everyone}
          </Button>
        )}
        {children}
        <Button size="small" onClick={onNone}>
          {t('list.choose_none')}
        </Button>
      </Space>
    </div>
  );
}
