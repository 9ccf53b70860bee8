import { Button, Pagination, Space } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import { lastNumberedRow, type ListState } from './useListState';

interface Props {
  state: ListState;
  total: number | null;
  next: string | null;
  numbered: boolean;
}

/** Page numbers up to row 10,000; beyond it, and where the server has none, one goes on by cursor. */
export function Pager({ state, total, next, numbered: byNumber }: Props) {
  const t = useT();
  if (!byNumber && state.cursor === null && next === null) return null;
  if (state.cursor !== null || !byNumber) {
    return (
      <Space className="pager">
        <Button size="small" disabled={state.cursor === null} onClick={() => state.setPage(1)}>
          {t('list.first_page')}
        </Button>
        <Button size="small" disabled={next === null} onClick={() => state.setCursor(next)}>
          {t('list.next_page')}
        </Button>
      </Space>
    );
  }
  const numbered = Math.min(total ?? lastNumberedRow, lastNumberedRow);
  const further = (total === null || total > lastNumberedRow) && state.page * state.limit >= lastNumberedRow;
  return (
    <Space className="pager">
      <Pagination
        size="small"
        current={state.page}
        pageSize={state.limit}
        total={numbered}
        pageSizeOptions={[20, 50, 100, 200]}
        showSizeChanger={numbered > 20}
        hideOnSinglePage={numbered <= 20}
        onChange={(page, limit) => state.setPage(limit === state.limit ? page : 1, limit)}
      />
      {further && next !== null && (
        <Button size="small" onClick={() => state.setCursor(next)}>
          {t('list.beyond')}
        </Button>
      )}
    </Space>
  );
}
