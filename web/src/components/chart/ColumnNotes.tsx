import { useT } from '@/i18n/I18nProvider';
import type { Key } from '@/i18n/text';

/** What each column of a report means, a sentence each, folded away until asked for. */
export function ColumnNotes({ notes }: { notes: readonly (readonly [title: Key, note: Key])[] }) {
  const t = useT();
  return (
    <details className="column-notes">
      <summary>{t('report.columns')}</summary>
      <dl>
        {notes.map(([title, note]) => (
          <div key={title}>
            <dt>{t(title)}</dt>
            <dd>{t(note)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
