import { AutoComplete, Input } from 'antd';
import { useState } from 'react';
import { audiences } from '@/api/audiences';
import { useT } from '@/i18n/I18nProvider';
import { type Context, contextAt } from '@/lib/audience/complete';
import { useResource, useRested } from '@/lib/useResource';
import { useWords } from './useWords';

interface Props {
  value: string;
  onChange: (text: string) => void;
  rows?: number;
}

/** The text of an audience, with completion of words and of names inside quotes. */
export function ExpressionInput({ value, onChange, rows = 3 }: Props) {
  const t = useT();
  const [caret, setCaret] = useState<number | null>(null);
  const context = caret === null ? null : contextAt(value.slice(0, caret));
  const candidates = useCandidates(context);
  const after = value.slice(caret ?? 0);
  const options =
    context === null
      ? []
      : candidates.map((name) => ({
          label: name,
          value: value.slice(0, context.start) + escaped(name, context) + rest(after, context),
        }));
  return (
    <AutoComplete
      className="full-width"
      options={options}
      value={value}
      defaultActiveFirstOption={false}
      onChange={onChange}
      popupMatchSelectWidth={320}
    >
      <Input.TextArea
        aria-label={t('audience.text')}
        className="expression-input"
        autoSize={{ minRows: rows, maxRows: 14 }}
        spellCheck={false}
        maxLength={8000}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onBlur={() => setCaret(null)}
      />
    </AutoComplete>
  );
}

const escaped = (name: string, context: Context) =>
  context.kind === 'name' ? name.replace(/["\\]/g, '\\$&') : name;

/** What stays behind the completed piece; a name gets its closing quote. */
function rest(after: string, context: Context): string {
  if (context.kind === 'word') return after.replace(/^[\w.]*/, '');
  const tail = after.replace(/^[^"\n,()]*/, '');
  return tail.startsWith('"') ? tail : `"${tail}`;
}

function useCandidates(context: Context | null): string[] {
  const words = useWords();
  const ask = context?.kind === 'name' ? context : null;
  const rested = useRested(ask ? `${ask.what} ${ask.model ?? ''} ${ask.prefix}` : null, 150);
  const names = useResource(ask && rested, (signal) =>
    audiences.suggest(ask?.what ?? '', ask?.prefix ?? '', ask?.model ?? null, signal),
  );
  if (context === null) return [];
  if (context.kind === 'name') {
    return (names.data?.items ?? [])
      .map((item) => (typeof item === 'string' ? item : item.name))
      .slice(0, 12);
  }
  const prefix = context.prefix.toLowerCase();
  return words.filter((word) => word.startsWith(prefix) && word !== prefix).slice(0, 12);
}
