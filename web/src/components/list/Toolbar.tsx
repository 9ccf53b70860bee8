import { ColumnHeightOutlined, SettingOutlined } from '@ant-design/icons';
import { Button, Checkbox, Popover } from 'antd';
import type { ReactNode } from 'react';
import type { View } from '@/api/session';
import { useT } from '@/i18n/I18nProvider';
import type { Column } from './types';

interface Props<T> {
  columns: Column<T>[];
  shown: string[];
  view: View;
  onView: (change: View) => void;
  total: ReactNode;
  children: ReactNode;
}

/** What there is, and what can be done with the list as a whole. */
export function Toolbar<T>({ columns, shown, view, onView, total, children }: Props<T>) {
  const t = useT();
  const dense = view.density === 'small';
  return (
    <div className="toolbar">
      <span className="toolbar-total" role="status">
        {total}
      </span>
      <div className="toolbar-actions">
        {children}
        <Popover
          trigger="click"
          placement="bottomRight"
          title={t('list.columns')}
          content={
            <Checkbox.Group
              className="column-choice"
              options={columns.map(({ key, title }) => ({ value: key, label: title }))}
              value={shown}
              onChange={(keys) => keys.length > 0 && onView({ columns: keys as string[] })}
            />
          }
        >
          <Button type="text" icon={<SettingOutlined />} aria-label={t('list.columns')} />
        </Popover>
        <Button
          type="text"
          title={t('list.density')}
          icon={<ColumnHeightOutlined />}
          aria-label={t('list.density')}
          aria-pressed={dense}
          onClick={() => onView({ density: dense ? 'middle' : 'small' })}
        />
      </div>
    </div>
  );
}
