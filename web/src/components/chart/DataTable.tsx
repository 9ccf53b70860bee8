import type { Format } from '@/i18n/format';
import { useI18n } from '@/i18n/I18nProvider';

type Kind = 'text' | 'number' | 'money' | 'percent' | 'day' | 'month' | 'time';
export type TableCell = string | number | null;

export interface Table {
  columns: { key: string; title: string; kind: Kind }[];
  rows: Record<string, TableCell>[];
  /** What pressing a cell does; null: it cannot be pressed. */
  pick?: (row: number, key: string) => (() => void) | null;
  /** What a cell without a value shows; a dash unless told. */
  empty?: string;
}

/** The numbers of a chart, as a plain table that scrolls by itself. */
export function DataTable({ table, label, height }: { table: Table; label: string; height: number }) {
  const { f } = useI18n();
  return (
    <div className="data-table" style={{ maxHeight: height }} tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {table.columns.map(({ key, title, kind }) => (
              <th key={key} scope="col" className={isNumber(kind) ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {table.columns.map(({ key, kind }) => (
                <td key={key} className={isNumber(kind) ? 'number' : undefined}>
                  <Cell
                    text={textOf(table, row[key] ?? null, kind, f)}
                    press={table.pick?.(index, key) ?? null}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ text, press }: { text: string; press: (() => void) | null }) {
  if (press === null) return text;
  return (
    <button type="button" className="cell-button" onClick={press}>
      {text}
    </button>
  );
}

const isNumber = (kind: Kind) => kind === 'number' || kind === 'money' || kind === 'percent';

const textOf = (table: Table, cell: TableCell, kind: Kind, f: Format) =>
  cell === null && table.empty !== undefined ? table.empty : show(cell, kind, f);

function show(cell: TableCell, kind: Kind, f: Format): string {
  if (typeof cell === 'number') {
    if (kind === 'money') return f.money(cell);
    if (kind === 'percent') return f.percent(cell);
    return kind === 'time' ? f.time(cell) : f.number(cell);
  }
  if (kind === 'day') return f.day(cell);
  if (kind === 'month') return f.month(cell);
  return cell ?? '—';
}
