import { Button } from 'antd';
import { useState } from 'react';
import { useMay } from '@/app/session';
import { useT } from '@/i18n/I18nProvider';
import { Transfer } from './Transfer';
import './words';

interface Props {
  whom: { customer_ids: string[] } | { from_staff_id: string };
  name: string;
  done: () => void;
}

/** For whoever may: opens the dialogue that hands over. */
export function TransferButton({ whom, name, done }: Props) {
  const t = useT();
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (!may('binding_write')) return null;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('transfer.button')}
      </Button>
      {open && <Transfer whom={whom} name={name} done={done} onClose={() => setOpen(false)} />}
    </>
  );
}
