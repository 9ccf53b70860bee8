import { Spin } from 'antd';
import { memo, type MouseEvent, type ReactNode, useCallback, useMemo, useRef } from 'react';
import { useT } from '@/i18n/I18nProvider';
import { useSlow } from '@/lib/useSlow';
import type { Column, Selection } from './types';

interface Props<T> {
  /** In the order shown. */
  columns: Column<T>[];
  sort: string | null;
  onSort: (sort: string | null) => void;
  /** Undefined until the first have come. */
  rows: T[] | undefined;
  rowKey: (row: T) => string;
  onOpen?: ((row: T) => void) | undefined;
  loading: boolean;
  dense: boolean;
  empty: ReactNode;
  /** With it each row has a box to choose it by. */
  choice?: { selection: Selection; onChange: (selection: Selection) => void } | undefined;
}

const SLOW_MS = 200;

/** The rows of a list as plain elements: antd's table takes ten times as long to draw them. */
export function ListTable<T extends object>(props: Props<T>) {
  const { columns, rows, rowKey, choice } = props;
  const slow = useSlow(props.loading, SLOW_MS);
  const keys = useMemo(() => (rows ?? []).map(rowKey), [rows, rowKey]);
  const chosen = useMemo(() => {
    if (choice === undefined) return null;
    return new Set(choice.selection.all ? keys : choice.selection.ids);
  }, [choice, keys]);
  const choose = useChoose(keys, chosen, choice?.onChange);
  const open = useStable(props.onOpen);
  return (
    <div className="list-table" aria-busy={props.loading} data-slow={slow || undefined}>
      {slow && <Spin className="list-spin" />}
      <div className="list-scroll" tabIndex={0}>
        <table className={props.dense ? 'dense' : undefined}>
          <thead>
            <tr>
              {chosen && <AllBox keys={keys} chosen={chosen} choose={choose} />}
              {columns.map((column) => (
                <Head key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {(rows ?? []).map((row, i) => (
              <Row
                key={keys[i]}
                row={row}
                id={keys[i] ?? ''}
                columns={columns}
                chosen={chosen?.has(keys[i] ?? '') ?? null}
                choose={choose}
                onOpen={props.onOpen && open}
              />
            ))}
            {keys.length === 0 && (
              <tr className="list-empty">
                <td colSpan={columns.length + (chosen ? 1 : 0)}>{rows && props.empty}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** The latest of a function behind one that never changes: what rows are given does not draw them again. */
function useStable<A extends unknown[]>(run: ((...args: A) => void) | undefined): (...args: A) => void {
  const latest = useRef(run);
  latest.current = run;
  return useCallback((...args: A) => latest.current?.(...args), []);
}

type Choose = (ids: string[], on: boolean, range: boolean) => void;

/** Chooses rows or takes them out; with the shift key all from the last one pressed. */
function useChoose(
  keys: string[],
  chosen: Set<string> | null,
  onChange: ((selection: Selection) => void) | undefined,
): Choose {
  const last = useRef<string | null>(null);
  return useStable((ids: string[], on: boolean, range: boolean) => {
    const next = new Set(keys.filter((key) => chosen?.has(key)));
    const pressed = ids.length === 1 ? (ids[0] ?? null) : null;
    const from = last.current === null ? -1 : keys.indexOf(last.current);
    const to = pressed === null ? -1 : keys.indexOf(pressed);
    const all = range && from >= 0 && to >= 0 ? keys.slice(Math.min(from, to), Math.max(from, to) + 1) : ids;
    for (const id of all) {
      if (on) next.add(id);
      else next.delete(id);
    }
    last.current = pressed;
    onChange?.({ all: false, ids: [...next] });
  });
}

function AllBox({ keys, chosen, choose }: { keys: string[]; chosen: Set<string>; choose: Choose }) {
  const t = useT();
  const n = keys.filter((key) => chosen.has(key)).length;
  const every = n > 0 && n === keys.length;
  return (
    <th className="list-choice">
      <input
        type="checkbox"
        aria-label={t('list.choose_page')}
        checked={every}
        disabled={keys.length === 0}
        ref={(box) => {
          if (box) box.indeterminate = n > 0 && !every;
        }}
        onChange={() => choose(keys, !every, false)}
      />
    </th>
  );
}

interface HeadProps<T> {
  column: Column<T>;
  sort: string | null;
  onSort: (sort: string | null) => void;
}

/** A title; pressing one the server can sort by goes down, up where it can, and back to no order. */
function Head<T>({ column, sort, onSort }: HeadProps<T>) {
  const { key, title, width, align } = column;
  const place = { className: align, style: width === undefined ? undefined : { width } };
  if (!column.sort) return <th {...place}>{title}</th>;
  const order = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : undefined;
  const next =
    order === undefined ? `-${key}` : order === 'descending' && column.sort === 'both' ? key : null;
  return (
    <th {...place} aria-sort={order}>
      <button type="button" className="list-sort" onClick={() => onSort(next)}>
        {title}
        <span
          aria-hidden="true"
          className="list-order"
          data-order={order}
          data-both={column.sort === 'both'}
        />
      </button>
    </th>
  );
}

interface RowProps<T> {
  row: T;
  id: string;
  columns: Column<T>[];
  /** Null where rows cannot be chosen. */
  chosen: boolean | null;
  choose: Choose;
  onOpen: ((row: T) => void) | undefined;
}

const Row = memo(function Row<T>({ row, id, columns, chosen, choose, onOpen }: RowProps<T>) {
  const t = useT();
  const press = (event: MouseEvent) => !isControl(event.target) && onOpen?.(row);
  return (
    <tr
      className={onOpen ? 'list-row openable' : 'list-row'}
      data-chosen={chosen || undefined}
      onClick={press}
    >
      {chosen !== null && (
        <td className="list-choice">
          <input
            type="checkbox"
            aria-label={t('list.choose')}
            checked={chosen}
            onChange={(event) => choose([id], !chosen, (event.nativeEvent as globalThis.MouseEvent).shiftKey)}
          />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.key} className={column.align}>
          {column.render(row)}
        </td>
      ))}
    </tr>
  );
}) as <T>(props: RowProps<T>) => ReactNode;

/** Whether a click was meant for something inside the row. */
function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, label, .list-choice') !== null;
}
