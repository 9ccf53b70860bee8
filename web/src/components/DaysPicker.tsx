import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useT } from '@/i18n/I18nProvider';
import { useAddress } from '@/lib/useAddress';

/** From and to in the address, either of them open. */
export function DaysPicker() {
  const t = useT();
  const [address, change] = useAddress();
  const day = (key: string) => (address.get(key) ? dayjs(address.get(key)) : null);
  return (
    <DatePicker.RangePicker
      allowEmpty={[true, true]}
      placeholder={[t('report.from'), t('report.to')]}
      value={[day('from'), day('to')]}
      onChange={(days) =>
        change({ from: days?.[0]?.format('YYYY-MM-DD'), to: days?.[1]?.format('YYYY-MM-DD') })
      }
    />
  );
}
