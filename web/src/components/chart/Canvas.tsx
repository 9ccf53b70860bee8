import type { EChartsCoreOption } from 'echarts/core';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { colours, series, theme } from '@/app/theme';
import { echarts, kindsOf, loadKinds } from './echarts';

export interface CanvasHandle {
  /** The picture as the address of a PNG. */
  png: () => string;
}

interface Props {
  option: EChartsCoreOption;
  height: number;
  /** Says what the picture shows to those who do not see it; the table beside has the numbers. */
  label: string;
  /** Called with the place of a bar or cell that was clicked; the table beside does the same for the keyboard. */
  onPick?: ((picked: Picked) => void) | undefined;
  ref: Ref<CanvasHandle>;
}

/** What was clicked: ECharts' own numbers of it. */
export interface Picked {
  seriesIndex: number;
  dataIndex: number;
  value: unknown;
}

const base: EChartsCoreOption = {
  color: series,
  textStyle: { fontFamily: theme.token?.fontFamily, color: colours.ink },
  animation: false,
};

const draw = (chart: ReturnType<typeof echarts.init> | undefined, option: EChartsCoreOption) =>
  chart?.setOption({ ...base, ...option }, { notMerge: true });

export default function Canvas({ option, height, label, onPick, ref }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof echarts.init>>(undefined);
  const latest = useRef(option);
  const picked = useRef(onPick);
  const kinds = kindsOf(option).join(' ');

  useEffect(() => {
    latest.current = option;
    draw(chart.current, option);
  }, [option]);
  useEffect(() => {
    picked.current = onPick;
  }, [onPick]);
  // A chart knows only the kinds that were there when it was made.
  useEffect(() => {
    let gone = false;
    const watch = new ResizeObserver(() => chart.current?.resize());
    void loadKinds(kinds.split(' ')).then(() => {
      if (gone || place.current === null) return;
      chart.current = echarts.init(place.current);
      draw(chart.current, latest.current);
      chart.current.on('click', ({ seriesIndex = 0, dataIndex, value }) =>
        picked.current?.({ seriesIndex, dataIndex, value }),
      );
      watch.observe(place.current);
    });
    return () => {
      gone = true;
      watch.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, [kinds]);
  useImperativeHandle(ref, () => ({
    png: () => chart.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: '#fff' }) ?? '',
  }));
  return <div ref={place} role="img" aria-label={label} style={{ height }} />;
}
