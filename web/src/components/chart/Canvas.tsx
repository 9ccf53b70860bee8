import type { EChartsCoreOption } from 'echarts/core';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { colours, series, theme } from '@/app/theme';
import { echarts, loadKinds } from './echarts';

export interface CanvasHandle {
  /** The picture as the address of a PNG. */
  png: () => string;
}

interface Props {
  option: EChartsCoreOption;
  height: number;
  /** Says what the picture shows to those who do not see it; the table beside has the numbers. */
  label: string;
  ref: Ref<CanvasHandle>;
}

const base: EChartsCoreOption = {
  color: series,
  textStyle: { fontFamily: theme.token?.fontFamily, color: colours.ink },
  animation: false,
};

export default function Canvas({ option, height, label, ref }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof echarts.init>>(undefined);

  useEffect(() => {
    if (place.current === null) return;
    const made = echarts.init(place.current);
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    let current = true;
    void loadKinds(option).then(() => {
      if (current) chart.current?.setOption({ ...base, ...option }, { notMerge: true });
    });
    return () => {
      current = false;
    };
  }, [option]);
  useImperativeHandle(ref, () => ({
    png: () => chart.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: '#fff' }) ?? '',
  }));
  return <div ref={place} role="img" aria-label={label} style={{ height }} />;
}
