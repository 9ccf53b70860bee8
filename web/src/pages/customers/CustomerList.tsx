import { Button } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { type Customer, customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Selection } from '@/components/list/types';
import { useOpen } from '@/components/list/useListState';
import { useI18n } from '@/i18n/I18nProvider';
import { customerColumns, customerFilters } from './columns';
import { ImportLink } from './ImportLink';

/** Asked for when they are first opened. */
const BulkTag = lazy(() => import('./BulkTag'));
const CustomerDrawer = lazy(async () => ({ default: (await import('./CustomerDrawer')).CustomerDrawer }));

export default function CustomerList() {
  const { t, f } = useI18n();
  const may = useMay();
  const [open, setOpen] = useOpen();
  const [opened, setOpened] = useState(false); // stays, so that it can close
  if (open !== null && !opened) setOpened(true);
  const [version, setVersion] = useState(0);
  const [tagging, setTagging] = useState<{ whom: Selection; off: boolean; done: () => void } | null>(null);
  const columns = useMemo(() => customerColumns(t, f, setOpen), [t, f, setOpen]);
  const filters = useMemo(() => customerFilters(t, may('staff_read')), [t, may]);
  return (
    <>
      <ListPage<Customer>
        name="customers"
        columns={columns}
        filters={filters}
        load={customers.list}
        rowKey={(customer) => customer.id}
        onOpen={(customer) => setOpen(customer.id)}
        version={version}
        empty={
          <EmptyState title={t('customer.none')} hint={t('customer.none_hint')} action={<ImportLink />} />
        }
        {...(may('tag_write') && {
          batch: (whom, done) =>
            [false, true].map((off) => (
              <Button key={String(off)} size="small" onClick={() => setTagging({ whom, off, done })}>
                {t(off ? 'bulk.untag' : 'bulk.tag')}
              </Button>
            )),
        })}
      />
      {tagging && (
        <Suspense fallback={null}>
          <BulkTag {...tagging} onClose={() => setTagging(null)} />
        </Suspense>
      )}
      {opened && (
        <Suspense fallback={null}>
          <CustomerDrawer
            id={open}
            onClose={() => setOpen(null)}
            onChanged={() => setVersion((n) => n + 1)}
            onOpen={setOpen}
          />
        </Suspense>
      )}
    </>
  );
}
