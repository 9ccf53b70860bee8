import { Table, type TableProps } from 'antd';
import { useEffect, useRef } from 'react';

/** antd's table; where it scrolls sideways, the keyboard can scroll it too. */
export function ScrollTable<T extends object>(props: TableProps<T>) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    for (const part of place.current?.querySelectorAll('.ant-table-content') ?? []) {
      part.setAttribute('tabindex', '0');
    }
  });
  return (
    <div ref={place}>
      <Table<T> scroll={{ x: 'max-content' }} {...props} />
    </div>
  );
}
