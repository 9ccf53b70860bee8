import { Button, Segmented, Space } from 'antd';
import { useEffect, useState } from 'react';
import { useT } from '@/i18n/I18nProvider';
import { fromTree } from '@/lib/audience/fromTree';
import { type Builder, builderText, isBox, type Item, type Join, type Row } from '@/lib/audience/rows';
import type { CheckState } from '../useChecked';
import { AddRow } from './AddRow';
import { RowEditor } from './RowEditor';

interface Props {
  text: string;
  state: CheckState;
  onText: (text: string) => void;
}

/**
 * The rows. What is written by hand in the text becomes rows once it is read; what is chosen in rows becomes text
 * at once. Rows that are not finished stay here and are left out of the text.
 */
export function BuilderPane({ text, state, onText }: Props) {
  const t = useT();
  const [builder, setBuilder] = useState<Builder>({ join: 'and', items: [] });
  const [written, setWritten] = useState<string | null>(null);
  const { checked } = state;
  const stale = checked === null || state.text !== text;

  useEffect(() => {
    if (!stale && checked !== null && written !== text) {
      setBuilder(fromTree(checked.tree, checked.expression));
      setWritten(text);
    }
  }, [stale, checked, text, written]);

  const change = (next: Builder) => {
    const nextText = builderText(next);
    setBuilder(next);
    setWritten(nextText);
    onText(nextText);
  };
  const setItems = (items: Item[]) => change({ ...builder, items });
  const replace = (index: number, item: Item | null) =>
    setItems(builder.items.flatMap((one, i) => (i === index ? (item ? [item] : []) : [one])));
  return (
    <div className="builder">
      {builder.items.length > 1 && (
        <JoinChoice join={builder.join} onChange={(join) => change({ ...builder, join })} />
      )}
      {builder.items.length === 0 && <p className="soft">{t('builder.everyone')}</p>}
      {builder.items.map((item, index) =>
        isBox(item) ? (
          <Box key={index} box={item} onChange={(box) => replace(index, box)} />
        ) : (
          <RowEditor
            key={index}
            row={item.row}
            onChange={(row) => replace(index, { row })}
            onRemove={() => replace(index, null)}
          />
        ),
      )}
      <Space wrap>
        <AddRow onAdd={(row) => setItems([...builder.items, { row }])} />
        <Button
          type="text"
          onClick={() =>
            setItems([...builder.items, { join: builder.join === 'and' ? 'or' : 'and', rows: [] }])
          }
        >
          {t('builder.add_box')}
        </Button>
      </Space>
    </div>
  );
}

function JoinChoice({ join, onChange }: { join: Join; onChange: (join: Join) => void }) {
  const t = useT();
  return (
    <Segmented<Join>
      size="small"
      value={join}
      onChange={onChange}
      options={[
        { value: 'and', label: t('builder.all_of') },
        { value: 'or', label: t('builder.any_of') },
      ]}
    />
  );
}

interface BoxProps {
  box: { join: Join; rows: Row[] };
  onChange: (box: { join: Join; rows: Row[] } | null) => void;
}

function Box({ box, onChange }: BoxProps) {
  const t = useT();
  const set = (rows: Row[]) => onChange({ ...box, rows });
  return (
    <fieldset className="builder-box">
      <legend>
        <JoinChoice join={box.join} onChange={(join) => onChange({ ...box, join })} />
      </legend>
      {box.rows.map((row, index) => (
        <RowEditor
          key={index}
          row={row}
          onChange={(next) => set(box.rows.map((one, i) => (i === index ? next : one)))}
          onRemove={() => set(box.rows.filter((_, i) => i !== index))}
        />
      ))}
      <Space>
        <AddRow onAdd={(row) => set([...box.rows, row])} />
        <Button type="text" onClick={() => onChange(null)}>
          {t('builder.remove_box')}
        </Button>
      </Space>
    </fieldset>
  );
}
