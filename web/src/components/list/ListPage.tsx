import { type TableProps } from 'antd';
import { ScrollTable } from '@/components/ScrollTable';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import type { Page, Query } from '@/api/client';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useT } from '@/i18n/I18nProvider';
import { useIdle } from '@/lib/useIdle';
import { useResource } from '@/lib/useResource';
import { BatchBar } from './BatchBar';
import { ExportButton } from './ExportButton';
import { Filters } from './Filters';
import { Pager } from './Pager';
import { Toolbar } from './Toolbar';
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

/** A list as every list of the console is: filters on top, toolbar, table, pages. */
export function ListPage<T extends object>(props: Props<T>) {
  const { name, columns, load, version = 0 } = props;
  const t = useT();
  const state = useListState();
  const [view, setView] = useView(name);
  const [selection, setSelection] = useState<Selection>({ all: false, ids: [] });
  const query = listQuery(state, props.paging ?? 'numbers');
  const key = JSON.stringify(query);
  const found = useResource(`${key} ${version}`, (signal) => load(query, signal));
  useEffect(() => setSelection({ all: false, ids: [] }), [key]);

  const shown = view.columns ?? columns.filter(({ optional }) => !optional).map((column) => column.key);
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
          filter={state.sort === null ? state.filter : { ...state.filter, sort: state.sort }}
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
      <ListTable
        {...props}
        shown={shown}
        state={state}
        rows={found.data?.items}
        loading={found.loading}
        dense={view.density === 'small'}
        selection={selection}
        onSelection={setSelection}
      />
      {found.data && props.paging !== 'whole' && (
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

interface TableProps2<T> extends Props<T> {
  shown: string[];
  state: ListState;
  rows: T[] | undefined;
  loading: boolean;
  dense: boolean;
  selection: Selection;
  onSelection: (selection: Selection) => void;
}

/** As many rows as a window shows; the others of a first page come a moment after those have been painted. */
const FIRST_ROWS = 20;
const MOMENT_MS = 300;

function ListTable<T extends object>(props: TableProps2<T>) {
  const { columns, shown, state, rows, rowKey, onOpen, selection, onSelection } = props;
  const idle = useIdle(rows !== undefined, MOMENT_MS);
  const tableColumns = useMemo(
    () => columns.filter(({ key }) => shown.includes(key)).map((column) => toAntd(column, state.sort)),
    [columns, shown, state.sort],
  );
  const ids = selection.all ? (rows ?? []).map(rowKey) : selection.ids;
  return (
    <ScrollTable<T>
      className="list-table"
      rowKey={rowKey}
      size={props.dense ? 'small' : 'middle'}
      loading={{ spinning: props.loading, delay: 200 }}
      columns={tableColumns}
      dataSource={(idle ? rows : rows?.slice(0, FIRST_ROWS)) ?? []}
      pagination={false}
      locale={{ emptyText: rows === undefined ? ' ' : props.empty }}
      onRow={(row) => ({
        onClick: (event) => onOpen && !isControl(event.target) && onOpen(row),
        className: onOpen ? 'openable' : '',
      })}
      onChange={(_, __, sorter) => {
        const one = Array.isArray(sorter) ? sorter[0] : sorter;
        const direction = one?.order === 'descend' ? '-' : '';
        state.setSort(one?.order ? `${direction}${String(one.columnKey)}` : null);
      }}
      {...(props.batch && {
        rowSelection: {
          selectedRowKeys: ids,
          onChange: (keys) => onSelection({ all: false, ids: keys as string[] }),
        },
      })}
    />
  );
}

type AntdColumn<T> = NonNullable<TableProps<T>['columns']>[number];

function toAntd<T>(column: Column<T>, sort: string | null): AntdColumn<T> {
  const order = sort === column.key ? 'ascend' : sort === `-${column.key}` ? 'descend' : null;
  return {
    key: column.key,
    title: column.title,
    render: (_: unknown, row: T) => column.render(row),
    ...(column.width && { width: column.width }),
    ...(column.align && { align: column.align }),
    ...(column.sort && {
      sorter: true,
      sortOrder: order,
      sortDirections: column.sort === 'both' ? ['descend', 'ascend'] : ['descend'],
    }),
  };
}

/** Whether a click was meant for something inside the row. */
function isControl(target: EventTarget): boolean {
  return (
    target instanceof Element &&
    target.closest('a, button, input, label, .ant-table-selection-column') !== null
  );
}
