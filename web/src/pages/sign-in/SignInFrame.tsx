import { Button, Card } from 'antd';
import type { ReactNode } from 'react';
import { KoiMark } from '@/components/Mark';
import { useI18n } from '@/i18n/I18nProvider';

/** The card in the middle of the pond. */
export function SignInFrame({ title, children }: { title: string; children: ReactNode }) {
  const { language, setLanguage } = useI18n();
  return (
    <main className="sign-in">
      <Card className="sign-in-card">
        <div className="sign-in-brand">
          <KoiMark size={44} />
          <span lang="zh-CN">锦池</span>
          <span>Koi</span>
        </div>
        <h1>{title}</h1>
        {children}
      </Card>
      <Button
        type="link"
        className="sign-in-language"
        onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
        lang={language === 'zh' ? 'en' : 'zh-CN'}
      >
        {language === 'zh' ? 'English' : '中文'}
      </Button>
    </main>
  );
}
