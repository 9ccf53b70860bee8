import { type ReactNode, useEffect, useMemo, useState } from 'react';
import type { Page, Query } from '@/api/client';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useT } from '@/i18n/I18nProvider';
import { useIdle } from '@/lib/useIdle';
import { useResource } from '@/lib/useResource';
import { BatchBar } from './BatchBar';
import { ExportButton } from './ExportButton';
import { Filters } from './Filters';
import { ListTable } from './ListTable';
import { Pager } from './Pager';
import { Toolbar } from './Toolbar';
import './list.css';
import type { Column, Filter, Selection } from './types';
import { type ListState, useListState } from './useListState';
import { useView } from './useView';

interface Props<T> {
  /** Names the remembered view, and what an export takes unless `what` says otherwise. */
  name: string;
  what?: string;
  columns: Column<T>[];
  filters?: Filter[];
  load: (query: Query, signal: AbortSignal) => Promise<Page<T>>;
  /** What is asked besides the filters, on the page and in an export. */
  always?: Record<string, string>;
  rowKey: (row: T) => string;
  onOpen?: (row: T) => void;
  actions?: ReactNode;
  empty: ReactNode;
  /** Buttons of the batch bar; without it rows cannot be chosen. */
  batch?: (selection: Selection, done: () => void) => ReactNode;
  /** A new number loads the list again. */
  version?: number;
  /** How the server cuts the list into pages; by numbers unless told. */
  paging?: Paging;
}

export type Paging = 'numbers' | 'cursor' | 'whole';

/**
 * As many rows as a window shows; the others of a first page, and the pages under them, come a moment after those
 * have been painted.
 */
const FIRST_ROWS = 20;
const MOMENT_MS = 300;

/** A list as every list of the console is: filters on top, toolbar, table, pages. */
export function ListPage<T extends object>(props: Props<T>) {
  const { name, columns, load, version = 0 } = props;
  const t = useT();
  const state = useListState();
  const [view, setView] = useView(name);
  const [selection, setSelection] = useState<Selection>({ all: false, ids: [] });
  const query = listQuery(state, props.paging ?? 'numbers');
  const key = JSON.stringify(query);
  const found = useResource(`${key} ${version}`, (signal) => load({ ...props.always, ...query }, signal));
  useEffect(() => setSelection({ all: false, ids: [] }), [key]);

  const shown = useMemo(
    () => view.columns ?? columns.filter(({ optional }) => !optional).map((column) => column.key),
    [view.columns, columns],
  );
  const tableColumns = useMemo(() => columns.filter(({ key }) => shown.includes(key)), [columns, shown]);
  const rows = found.data?.items;
  const idle = useIdle(rows !== undefined, MOMENT_MS);
  const first = useMemo(() => rows?.slice(0, FIRST_ROWS), [rows]);
  const below = idle || (rows ?? []).length < FIRST_ROWS;
  const total = found.data?.total ?? null;
  const chosen = selection.all || selection.ids.length > 0;
  const clearSelection = () => setSelection({ all: false, ids: [] });
  return (
    <div className="list-page">
      {props.filters && (
        <Filters
          filters={props.filters}
          value={state.filter}
          onChange={state.setFilter}
          onClear={state.clear}
        />
      )}
      <Toolbar
        columns={columns}
        shown={shown}
        view={view}
        onView={setView}
        total={totalText(found.data, props.paging ?? 'numbers', t)}
      >
        {props.actions}
        <ExportButton
          what={props.what ?? name}
          filter={{ ...props.always, ...state.filter, ...(state.sort !== null && { sort: state.sort }) }}
          columns={members(columns, shown)}
        />
      </Toolbar>
      {props.batch && chosen && (
        <BatchBar
          selection={selection}
          total={total}
          onAll={() => setSelection({ all: true, filter: state.filter, total })}
          onNone={clearSelection}
        >
          {props.batch(selection, () => {
            clearSelection();
            found.reload();
          })}
        </BatchBar>
      )}
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      <ListTable<T>
        columns={tableColumns}
        sort={state.sort}
        onSort={state.setSort}
        rows={idle ? rows : first}
        rowKey={props.rowKey}
        onOpen={props.onOpen}
        loading={found.loading}
        dense={view.density === 'small'}
        empty={props.empty}
        choice={props.batch && { selection, onChange: setSelection }}
      />
      {found.data && below && props.paging !== 'whole' && (
        <Pager state={state} total={total} next={found.data.next} numbered={props.paging !== 'cursor'} />
      )}
    </div>
  );
}

/** What an export takes for the columns that are shown. */
function members<T>(columns: Column<T>[], shown: string[]): string[] {
  return columns.flatMap(({ key, member = key }) => (shown.includes(key) ? (member ?? []) : []));
}

function listQuery(state: ListState, paging: Paging): Query {
  const filter = { ...state.filter, ...(state.sort && { sort: state.sort }) };
  if (paging === 'whole') return filter;
  const byNumber = paging === 'numbers' && state.cursor === null;
  return {
    ...filter,
    ...(byNumber ? { page: state.page } : { cursor: state.cursor }),
    limit: state.limit,
  };
}

function totalText(data: Page<unknown> | undefined, paging: Paging, t: ReturnType<typeof useT>): string {
  if (data === undefined) return '';
  if (data.total !== null && data.total !== undefined) return t('list.total', { n: data.total });
  return paging === 'numbers' ? t('list.many') : '';
}
