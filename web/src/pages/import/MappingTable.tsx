import { Input, Select } from 'antd';
import type { ImportKind, Mapping, Preview, TargetField } from '@/api/imports';
import { useI18n } from '@/i18n/I18nProvider';

interface Props {
  preview: Preview;
  kind: ImportKind;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}

/** Each thing Koi can take, and the column of the file it is in. */
export function MappingTable({ preview, kind, mapping, onChange }: Props) {
  const { t, language } = useI18n();
  const { fields } = preview.guesses;
  const columns = [
    { value: '', label: t('import.not_in_file') },
    ...preview.header.map((column, index) => ({
      value: column,
      label: `${column}${example(preview, index)}`,
    })),
  ];
  const chosen = (field: TargetField) => {
    const column = mapping[field.field];
    return typeof column === 'string' ? column : '';
  };
  return (
    <>
      <div className="mapping">
        {fields.map((field) => (
          <div key={field.field} className="mapping-field">
            <label htmlFor={`map-${field.field}`}>{field[language]}</label>
            <Select
              id={`map-${field.field}`}
              className="full-width"
              showSearch={{ optionFilterProp: 'label' }}
              popupMatchSelectWidth={false}
              value={chosen(field)}
              options={columns}
              onChange={(column: string) =>
                onChange({ ...mapping, [field.field]: column === '' ? null : column })
              }
            />
          </div>
        ))}
      </div>
      <MoreOptions kind={kind} mapping={mapping} onChange={onChange} />
    </>
  );
}

function MoreOptions({ kind, mapping, onChange }: Omit<Props, 'preview'>) {
  const { t } = useI18n();
  const names = [
    'channel',
    'source',
    'zone',
    ...(kind === 'orders' ? (['cancel_prefix', 'adjust_prefix'] as const) : []),
    ...(kind === 'events' ? (['event_type'] as const) : []),
  ] as const;
  const set = (name: string, value: string) => {
    const options = { ...mapping.options, [name]: value };
    onChange({ ...mapping, options });
  };
  return (
    <div className="mapping mapping-options">
      {names.map((name) => (
        <div key={name} className="mapping-field">
          <label htmlFor={`option-${name}`}>{t(`import_option.${name}`)}</label>
          <Input
            id={`option-${name}`}
            placeholder={t(`import_option_hint.${name}`)}
            value={String(mapping.options?.[name] ?? '')}
            onChange={(event) => set(name, event.target.value)}
          />
        </div>
      ))}
    </div>
  );
}

function example(preview: Preview, index: number): string {
  const value = preview.rows.map((row) => row[index] ?? '').find((cell) => cell !== '');
  return value === undefined ? '' : ` — ${value.slice(0, 24)}`;
}
