import type { EChartsCoreOption } from 'echarts/core';
import { Button, Card, Space, Tooltip } from 'antd';
import { lazy, type ReactNode, type RefObject, Suspense, useRef } from 'react';
import { EmptyState } from '@/components/EmptyState';
import { ExportButton, type Exported } from '@/components/list/ExportButton';
import { Waiting } from '@/components/Waiting';
import { useT } from '@/i18n/I18nProvider';
import { blobOf, saveAs } from '@/lib/saveAs';
import { useIdle } from '@/lib/useIdle';
import { useNear } from '@/lib/useNear';
import type { CanvasHandle, Picked } from './Canvas';
import { DataTable, type Table } from './DataTable';
import { TableDownload } from './TableDownload';
import './chart.css';

const Canvas = lazy(() => import('./Canvas'));

interface Props {
  /** A question that the picture answers. */
  title: string;
  option: EChartsCoreOption;
  table: Table;
  /** The table as an export knows it; without one the table itself is downloaded. */
  list?: Exported;
  height?: number;
  /** Controls beside the title. */
  extra?: ReactNode;
  /** A sentence under the title: the answer, or how it was counted. */
  note?: ReactNode;
  /** The table below the picture instead of beside it. */
  stacked?: boolean;
  /** Called when a bar or cell is clicked. */
  onPick?: (picked: Picked) => void;
  /** What the picture needs to be readable; narrower windows scroll it. */
  minWidth?: number;
}

/** A chart answers the question in its title; its numbers stand beside it; both can be taken away. */
export function ChartCard(props: Props) {
  const { title, option, table, list, height = 320, extra, note, stacked = false } = props;
  const t = useT();
  const idle = useIdle(); // the numbers are there at once, the picture when the browser has time
  const room = useRef<HTMLDivElement>(null);
  const near = useNear(room); // … and somebody can see it
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
      {!empty &&
        (list ? <ExportButton size="small" {...list} /> : <TableDownload title={title} table={table} />)}
    </Space>
  );
  return (
    <Card className="chart-card" title={<h2 className="card-title">{title}</h2>} extra={tools}>
      {note && <div className="chart-note">{note}</div>}
      {empty ? (
        <EmptyState title={t('chart.empty')} hint={t('chart.empty_hint')} />
      ) : (
        <div className={stacked ? 'chart-stacked' : 'chart-beside'}>
          <Wide room={room} label={title} minWidth={props.minWidth} height={height}>
            {near && (
              <Suspense fallback={<Waiting />}>
                {idle ? (
                  <Canvas ref={canvas} option={option} height={height} label={title} onPick={props.onPick} />
                ) : (
                  <Waiting />
                )}
              </Suspense>
            )}
          </Wide>
          <DataTable table={table} label={title} height={height} />
        </div>
      )}
    </Card>
  );
}

/** The room of a picture; one that needs more than there is scrolls, by the keyboard too. */
function Wide(props: {
  room: RefObject<HTMLDivElement | null>;
  label: string;
  minWidth: number | undefined;
  height: number;
  children: ReactNode;
}) {
  const { room, label, minWidth, height, children } = props;
  if (minWidth === undefined)
    return (
      <div ref={room} style={{ minHeight: height }}>
        {children}
      </div>
    );
  return (
    <div ref={room} className="chart-wide" tabIndex={0} role="region" aria-label={label}>
      <div style={{ minHeight: height, minWidth }}>{children}</div>
    </div>
  );
}
