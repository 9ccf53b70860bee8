import type { Staff, StaffTold } from '@/api/catalogue';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';

const tones: Record<StaffTold, Tone> = {
  told: 'good',
  waiting: 'busy',
  outside: 'warn',
  refused: 'bad',
  unknown: 'quiet',
};

/** What the last full sync was told of somebody; `whole`: with when it began. */
export function Told({ staff: { told, told_s }, whole = false }: { staff: Staff; whole?: boolean }) {
  const { t, f } = useI18n();
  return (
    <>
      <StatusTag tone={tones[told]}>{t(`staff_told.${told}`)}</StatusTag>
      {whole && told_s !== null && <span className="soft"> {f.time(told_s)}</span>}
    </>
  );
}
