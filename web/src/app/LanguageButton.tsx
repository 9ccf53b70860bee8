import { GlobalOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useSessionActions } from './session';

/** To the other language, by its own name. */
export function LanguageButton() {
  const { language } = useI18n();
  const { changeLanguage } = useSessionActions();
  const { run } = useAction();
  return (
    <Button
      type="text"
      icon={<GlobalOutlined />}
      onClick={() => void run(() => changeLanguage(language === 'zh' ? 'en' : 'zh'))}
      lang={language === 'zh' ? 'en' : 'zh-CN'}
    >
      {language === 'zh' ? 'English' : '中文'}
    </Button>
  );
}
