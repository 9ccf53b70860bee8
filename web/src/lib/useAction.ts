import { App } from 'antd';
import { useCallback, useState } from 'react';
import { useI18n } from '@/i18n/I18nProvider';
import { errorText } from '@/components/errorText';

/**
 * Runs something that writes: a busy flag while it lasts, the error as a message if it fails, a word of success
 * if one is given. Resolves to whether it went well.
 */
export function useAction(): {
  busy: boolean;
  run: (work: () => Promise<unknown>, success?: string) => Promise<boolean>;
} {
  const { message } = App.useApp();
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async (work: () => Promise<unknown>, success?: string) => {
      setBusy(true);
      try {
        await work();
        if (success) void message.success(success);
        return true;
      } catch (error) {
        const text = errorText(error, t);
        void message.error(text.hint ? `${text.message} ${text.hint}` : text.message, 6);
        return false;
      } finally {
        setBusy(false);
      }
    },
    [message, t],
  );
  return { busy, run };
}
