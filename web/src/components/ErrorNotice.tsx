import { Alert, Button } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import { errorText } from './errorText';

/** What went wrong, what to do, and a way to try again. */
export function ErrorNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useT();
  const text = errorText(error, t);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={text.message}
      description={text.hint}
      action={
        retry && (
          <Button size="small" onClick={retry}>
            {t('action.retry')}
          </Button>
        )
      }
    />
  );
}
