import type { EChartsCoreOption } from 'echarts/core';
import { Button, Card, Space, Tooltip } from 'antd';
import { lazy, type ReactNode, Suspense, useRef } from 'react';
import { EmptyState } from '@/components/EmptyState';
import { ExportButton, type Exported } from '@/components/list/ExportButton';
import { Waiting } from '@/components/Waiting';
import { useT } from '@/i18n/I18nProvider';
import { blobOf, saveAs } from '@/lib/saveAs';
import { useIdle } from '@/lib/useIdle';
import type { CanvasHandle } from './Canvas';
import { DataTable, type Table } from './DataTable';

const Canvas = lazy(() => import('./Canvas'));

interface Props {
  /** A question that the picture answers. */
  title: string;
  option: EChartsCoreOption;
  table: Table;
  /** The table as an export knows it. */
  list: Exported;
  height?: number;
  /** Controls beside the title. */
  extra?: ReactNode;
  /** A sentence under the title: the answer, or how it was counted. */
  note?: ReactNode;
  /** The table below the picture instead of beside it. */
  stacked?: boolean;
}

/** A chart answers the question in its title; its numbers stand beside it; both can be taken away. */
export function ChartCard({ title, option, table, list, height = 320, extra, note, stacked = false }: Props) {
  const t = useT();
  const idle = useIdle(); // the numbers are there at once, the picture when the browser has time
  const canvas = useRef<CanvasHandle>(null);
  const empty = table.rows.length === 0;
  const savePng = () => saveAs(blobOf(canvas.current?.png() ?? ''), `${title}.png`);
  const tools = (
    <Space wrap>
      {extra}
      <Tooltip title={t('chart.png')}>
        <Button size="small" disabled={empty} onClick={savePng}>
          PNG
        </Button>
      </Tooltip>
      {!empty && <ExportButton size="small" {...list} />}
    </Space>
  );
  return (
    <Card className="chart-card" title={<h2 className="card-title">{title}</h2>} extra={tools}>
      {note && <p className="chart-note">{note}</p>}
      {empty ? (
        <EmptyState title={t('chart.empty')} hint={t('chart.empty_hint')} />
      ) : (
        <div className={stacked ? 'chart-stacked' : 'chart-beside'}>
          <div style={{ minHeight: height }}>
            <Suspense fallback={<Waiting />}>
              {idle ? <Canvas ref={canvas} option={option} height={height} label={title} /> : <Waiting />}
            </Suspense>
          </div>
          <DataTable table={table} label={title} height={height} />
        </div>
      )}
    </Card>
  );
}
