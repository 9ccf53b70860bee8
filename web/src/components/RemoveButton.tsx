import { Button, Popconfirm } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

interface Props {
  question: string;
  remove: () => Promise<unknown>;
  done: () => void;
  label?: string;
}

/** Asks once, then does it. */
export function RemoveButton({ question, remove, done, label }: Props) {
  const t = useT();
  const { busy, run } = useAction();
  return (
    <Popconfirm title={question} onConfirm={() => void run(remove).then((ok) => ok && done())}>
      <Button size="small" type="link" danger loading={busy}>
        {label ?? t('action.remove')}
      </Button>
    </Popconfirm>
  );
}
