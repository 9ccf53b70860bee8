import type { Order } from '@/api/orders';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useT } from '@/i18n/I18nProvider';

const tones: Record<Order['state'], Tone> = {
  created: 'quiet',
  paid: 'busy',
  shipped: 'busy',
  completed: 'good',
  closed: 'warn',
};

/** The state of a sale; other papers (cancellation, adjustment) say what they are instead. */
export function OrderStateTag({ order }: { order: Pick<Order, 'state' | 'nature'> }) {
  const t = useT();
  if (order.nature !== 'sale') return <StatusTag tone="warn">{t(`nature.${order.nature}`)}</StatusTag>;
  return <StatusTag tone={tones[order.state]}>{t(`order_state.${order.state}`)}</StatusTag>;
}
