import { Checkbox, Select } from 'antd';
import type { Preview } from '@/api/imports';
import { useT } from '@/i18n/I18nProvider';

const encodings = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be', 'windows-1252'];
const delimiters = [',', ';', 'tab', '|', 'blanks'] as const;
const delimiterNames = { ',': ',', ';': ';', tab: 'Tab', '|': '|', blanks: '␣' } as const;

interface Props {
  preview: Preview;
  value: Record<string, unknown>;
  onChange: (options: Record<string, unknown>) => void;
}

/** How the file is read; the server's guess can be corrected. */
export function Options({ preview, value, onChange }: Props) {
  const t = useT();
  const { format } = preview;
  const set = (change: Record<string, unknown>) => onChange({ ...value, ...change });
  if (format.sheets && format.sheets.length > 0) {
    return (
      <Select
        aria-label={t('import.sheet')}
        value={format.sheet}
        onChange={(sheet: string) => set({ sheet })}
        options={format.sheets.map((sheet) => ({ value: sheet, label: sheet }))}
      />
    );
  }
  return (
    <>
      <Select
        aria-label={t('import.encoding')}
        value={format.encoding}
        onChange={(encoding: string) => set({ encoding })}
        options={[...new Set([format.encoding, ...encodings])].map((one) => ({ value: one, label: one }))}
      />
      <Select
        aria-label={t('import.delimiter')}
        value={format.delimiter}
        onChange={(delimiter: string) => set({ delimiter })}
        options={delimiters.map((one) => ({ value: one, label: delimiterNames[one] }))}
      />
      <Checkbox checked={format.header} onChange={(event) => set({ header: event.target.checked })}>
        {t('import.header')}
      </Checkbox>
    </>
  );
}
