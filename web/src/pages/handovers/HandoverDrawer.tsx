import { Alert, Button, Drawer, Segmented, Space } from 'antd';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { type Handover, type HandoverItem, handovers, type HandoverItemState } from '@/api/handovers';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { RemoveButton } from '@/components/RemoveButton';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { itemStates } from './words';

const tones: Record<HandoverItemState, Tone> = {
  waiting: 'quiet',
  asking: 'busy',
  asked: 'busy',
  refused: 'warn',
  passed: 'good',
  lost: 'bad',
  stopped: 'quiet',
};

interface Props {
  /** Null: closed. */
  id: string | null;
  changed: () => void;
  onClose: () => void;
}

/** One hand-over: how far it is, each customer with the reason, what can be done about it. */
export function HandoverDrawer({ id, changed, onClose }: Props) {
  const { t } = useI18n();
  return (
    <Drawer open={id !== null} onClose={onClose} title={t('handover.items')} size={720} destroyOnHidden>
      {id !== null && <Shown id={id} changed={changed} />}
    </Drawer>
  );
}

function Shown({ id, changed }: { id: string; changed: () => void }) {
  const { t } = useI18n();
  const [version, setVersion] = useState(0);
  const [state, setState] = useState<HandoverItemState | ''>('');
  const found = useResource(`${id} ${version}`, (signal) => handovers.one(id, signal));
  const one = found.data;
  if (!one) return found.error ? <ErrorNotice error={found.error} retry={found.reload} /> : <Waiting />;
  const again = () => {
    setVersion((n) => n + 1);
    changed();
  };
  const counts = (key: HandoverItemState) => one.customers[key] + one.groups[key];
  return (
    <>
      <Actions one={one} again={again} filter={state} />
      {one.error && <Alert type="warning" showIcon title={one.error.message} description={one.error.hint} />}
      {one.unknown > 0 && <Alert type="info" showIcon title={t('handover.unknown', { n: one.unknown })} />}
      <div className="handover-states">
        <Segmented<HandoverItemState | ''>
          value={state}
          onChange={setState}
          options={[
            { value: '' as const, label: t('handover.all') },
            ...itemStates
              .filter((key) => counts(key) > 0)
              .map((key) => ({ value: key, label: `${t(`handover_item.${key}`)} ${counts(key)}` })),
          ]}
        />
      </div>
      <Items key={`${state} ${version}`} id={id} state={state} />
    </>
  );
}

function Actions({ one, again, filter }: { one: Handover; again: () => void; filter: string }) {
  const { t } = useI18n();
  const back = one.customers.lost + one.customers.stopped + one.groups.lost + one.groups.stopped;
  return (
    <Space wrap className="handover-actions">
      <strong>{one.from_staff?.name}</strong>
      <span>{one.reason}</span>
      {one.state === 'running' && (
        <RemoveButton
          label={t('handover.stop')}
          question={t('handover.stop_sure')}
          remove={() => handovers.stop(one.id)}
          done={again}
        />
      )}
      {back > 0 && (
        <RemoveButton
          label={t('handover.retry')}
          question={t('handover.retry_sure')}
          remove={() => handovers.retry(one.id)}
          done={again}
        />
      )}
      <ExportButton
        size="small"
        what="handover_items"
        filter={{ handover_id: one.id, ...(filter && { state: filter }) }}
      />
    </Space>
  );
}

/** The items, a page more at a time. */
function Items({ id, state }: { id: string; state: HandoverItemState | '' }) {
  const { t, f } = useI18n();
  const [cursor, setCursor] = useState('');
  const [rows, setRows] = useState<HandoverItem[]>([]);
  const found = useResource(`${id} ${state} ${cursor}`, (signal) =>
    handovers.items(id, { state: state || undefined, cursor: cursor || undefined, limit: 100 }, signal),
  );
  const page = found.data;
  useEffect(() => {
    if (page && !found.loading) setRows((old) => [...old, ...page.items]);
  }, [page, found.loading]);
  if (found.error) return <ErrorNotice error={found.error} retry={found.reload} />;
  return (
    <>
      <div className="data-table" tabIndex={0} role="region" aria-label={t('handover.items')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('handover.item')}</th>
              <th scope="col">{t('handover.heir')}</th>
              <th scope="col">{t('column.state')}</th>
              <th scope="col">{t('handover.why')}</th>
              <th scope="col">{t('handover.due')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((item) => (
              <tr key={item.id}>
                <td>
                  {item.customer ? (
                    <Link href={`/customers/${item.customer.id}`}>
                      {item.customer.name ?? item.customer.id}
                    </Link>
                  ) : (
                    item.group?.name
                  )}
                </td>
                <td>{item.staff?.name ?? '—'}</td>
                <td>
                  <StatusTag tone={tones[item.state]}>{t(`handover_item.${item.state}`)}</StatusTag>
                </td>
                <td>{item.message ?? '—'}</td>
                <td>{item.due_s === null ? '—' : f.time(item.due_s)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {page?.next && (
        <Button loading={found.loading} onClick={() => setCursor(page.next ?? '')}>
          …
        </Button>
      )}
      {found.loading && rows.length === 0 && <Waiting />}
    </>
  );
}
