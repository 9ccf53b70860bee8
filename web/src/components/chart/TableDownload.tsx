import { DownloadOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useMay } from '@/app/session';
import { useT } from '@/i18n/I18nProvider';
import { saveAs } from '@/lib/saveAs';
import { xlsx } from '@/lib/xlsx';
import type { Table } from './DataTable';

/** The table beside a chart as a spreadsheet, at once: it is here already. */
export function TableDownload({ title, table }: { title: string; table: Table }) {
  const t = useT();
  const may = useMay();
  if (!may('export')) return null;
  const save = () => {
    const columns = table.columns.map(({ title: name, kind }) => ({
      title: name,
      kind: kind === 'number' || kind === 'percent' || kind === 'money' ? kind : ('text' as const),
    }));
    const rows = table.rows.map((row) =>
      table.columns.map(({ key, kind }) => {
        const value = row[key] ?? null;
        return kind === 'money' && typeof value === 'number' ? value / 100 : value;
      }),
    );
    saveAs(xlsx(columns, rows), `${title}.xlsx`);
  };
  return (
    <Tooltip title={t('chart.xlsx')}>
      <Button size="small" icon={<DownloadOutlined />} onClick={save}>
        XLSX
      </Button>
    </Tooltip>
  );
}
